package table

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/itbytes/landfall/fault"
)

// Codes of DynamoDB that are answers here, not failures.
const (
	NotFound        = "ResourceNotFoundException"
	inUse           = "ResourceInUseException"
	noBackupsYet    = "ContinuousBackupsUnavailableException"
	ConditionFailed = "ConditionalCheckFailedException"
)

// Named names what went wrong with a call: the one place where DynamoDB's codes are known. What the login's own edge
// named before is left as it is.
func (t *Table) Named(operation string, err error) error {
	if err == nil || fault.As(err) != nil || errors.Is(err, context.Canceled) {
		return err
	}
	f := &fault.Fault{Cloud: "aws", Service: "dynamodb", Operation: operation, Code: CodeOf(err), Message: err.Error(), Login: t.Login, Err: err}
	var api smithy.APIError
	if errors.As(err, &api) {
		f.Message = api.ErrorMessage()
	}
	code := f.Code
	if why := refusal(err); why != "" {
		code = why
	}
	f.Kind, f.Hint = t.kindOf(code, f.Message, statusOf(err))
	return f
}

// kindOf is the list of codes.
func (t *Table) kindOf(code, message string, status int) (kind fault.Kind, hint string) {
	signIn := "Sign in with the login of the " + t.Of + "'s landing, then resume."
	switch code {
	case "ThrottlingException", "Throttling", "RequestLimitExceeded", "ProvisionedThroughputExceededException", "TooManyRequestsException", "ReplicatedWriteConflictException",
		"ThrottlingError", "ProvisionedThroughputExceeded":
		return fault.Throttled, ""
	case "InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException", "TransactionInProgressException",
		"TransactionConflict":
		return fault.Transient, ""
	case noBackupsYet:
		return fault.Propagating, ""
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "InvalidClientTokenId", "UnauthorizedException":
		return fault.SessionExpired, signIn
	case "AccessDeniedException", "AccessDenied":
		if strings.Contains(message, "please reauthenticate") || strings.Contains(message, "session password has changed") {
			return fault.SessionExpired, signIn // aws login says it so
		}
		return fault.Denied, "Give the login the right to this DynamoDB action on the table " + t.Name + ", then resume."
	case "OptInRequired", "SubscriptionRequiredException":
		return fault.Entitlement, "Have the account or its region opened, then resume."
	case "LimitExceededException", "ItemCollectionSizeLimitExceeded":
		return fault.Quota, "Wait for other table operations of the account, or have its DynamoDB limit raised, then resume."
	case ConditionFailed, "ConditionalCheckFailed", "TransactionConflictException", inUse:
		return fault.Conflict, "See who else writes to the " + t.Of + ", then resume."
	case NotFound, "TableNotFoundException":
		return fault.Conflict, "The table is not there: resume, or run the plan, and it is made."
	case "ValidationException", "ValidationError", "SerializationException":
		return fault.Invalid, ""
	}
	switch {
	case status == http.StatusTooManyRequests:
		return fault.Throttled, ""
	case status >= http.StatusInternalServerError:
		return fault.Transient, ""
	case code == "" && (strings.Contains(message, "SSO session") || strings.Contains(message, "SSO token")):
		return fault.SessionExpired, signIn // the SDK's own words; no server was asked
	case code == "" && status == 0: // nobody answered
		return fault.Transient, "See that DynamoDB can be reached from the worker."
	}
	return fault.Bug, ""
}

// passing reports a refusal that waiting a moment ends.
func passing(err error) bool {
	f := fault.As(err)
	return f != nil && (f.Code == noBackupsYet || f.Code == inUse)
}

// refusal is why a transaction was cancelled: the first reason that is one. Reasons have names of their own
// (API_TransactWriteItems, "Cancellation reasons").
func refusal(err error) string {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return ""
	}
	for _, r := range cancelled.CancellationReasons {
		if code := aws.ToString(r.Code); code != "" && code != "None" {
			return code
		}
	}
	return ""
}

// CodeOf is the code that DynamoDB answered with, or "".
func CodeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func statusOf(err error) int {
	var answered *awshttp.ResponseError
	if errors.As(err, &answered) {
		return answered.HTTPStatusCode()
	}
	return 0
}
