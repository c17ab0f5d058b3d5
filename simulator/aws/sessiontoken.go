package aws

import (
	"net/http"
	"slices"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// getSessionToken gives an IAM user a session of its own rights. It outlives the key that asked for it.
func getSessionToken(q *request) (wire.Map, error) {
	var in struct {
		DurationSeconds         int
		SerialNumber, TokenCode string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case q.who.token != "":
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	case in.SerialNumber+in.TokenCode != "":
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.")
	case in.DurationSeconds == 0:
		in.DurationSeconds = 43200
	case in.DurationSeconds < 900 || in.DurationSeconds > 129600:
		return nil, bad("ValidationError", "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 129600", in.DurationSeconds)
	}
	cred := q.session(q.who.account, q.now, time.Duration(in.DurationSeconds)*time.Second)
	cred.login, cred.user, cred.arn, cred.uniqueID = q.who.login, q.who.user, q.who.arn, q.who.uniqueID
	return wire.Map{"Credentials": wire.Map{
		"AccessKeyId": cred.id, "SecretAccessKey": cred.secret, "SessionToken": cred.token, "Expiration": cred.until,
	}}, nil
}

// withoutMFA reports whether a call is closed to a user's session that was begun without a second factor: all of IAM's are
// (AWS STS API Reference, GetSessionToken), and of STS's all but AssumeRole and GetCallerIdentity.
func (q *request) withoutMFA() bool {
	if q.who.token == "" || q.who.user == "" {
		return false
	}
	return q.service.name == "iam" || q.service.name == "sts" && !slices.Contains([]string{"AssumeRole", "GetCallerIdentity", "GetSessionToken"}, q.operation)
}
