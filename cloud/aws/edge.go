package aws

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
)

// guard wraps every operation of a configuration whose credentials a login gives: each call waits for its turn, is counted and
// says for which step it is made (CloudTrail shows its userAgent), each error is named, and credentials that expired while they
// were kept are fetched anew once.
func guard(turns *pace.Turns, login, account string, creds *aws.CredentialsCache) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		edge := middleware.InitializeMiddlewareFunc("LandfallEdge", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			service, operation := middleware.GetServiceID(ctx), middleware.GetOperationName(ctx)
			turn := uses(service, operation, login, account)
			if err := turns.Wait(ctx, turn...); err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, name(service, operation, login, account, err)
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			err = name(service, operation, login, account, err)
			if f := fault.As(err); f != nil && f.Kind == fault.Throttled {
				turns.Refused(f.After, turn...)
			} else {
				turns.Taken(turn...)
			}
			if creds != nil && fault.KindOf(err) == fault.SessionExpired {
				creds.Invalidate()
				if refused(err) {
					out, meta, err = next.HandleInitialize(ctx, in)
					err = name(service, operation, login, account, err)
				}
			}
			return out, meta, err
		})
		count := middleware.DeserializeMiddlewareFunc("LandfallCount", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			step.Count(ctx, writes(middleware.GetServiceID(ctx), middleware.GetOperationName(ctx)))
			return next.HandleDeserialize(ctx, in)
		})
		agent := middleware.BuildMiddlewareFunc("LandfallAgent", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			if r, http := in.Request.(*smithyhttp.Request); http && step.Agent(ctx) != "" {
				r.Header.Set("User-Agent", r.Header.Get("User-Agent")+" "+step.Agent(ctx))
			}
			return next.HandleBuild(ctx, in)
		})
		if err := s.Initialize.Add(edge, middleware.Before); err != nil {
			return err
		}
		if err := s.Build.Add(agent, middleware.After); err != nil {
			return err
		}
		return s.Deserialize.Add(count, middleware.After)
	}
}

// refused reports whether a service turned the credential itself away, so that nothing was done and a fresh one may help:
// a person may have signed in again, or a key may have been rotated, since it was fetched.
func refused(err error) bool {
	f := fault.As(err)
	if f == nil || f.Service == "sso" || f.Service == "sso-oauth" || f.Service == "signin" {
		return false
	}
	switch f.Code {
	case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "RequestExpired":
		return true
	}
	return false
}

// prefix is a service as IAM's permissions name it.
func prefix(serviceID string) string {
	switch p := strings.ToLower(strings.ReplaceAll(serviceID, " ", "")); p {
	case "configservice":
		return "config"
	case "cloudwatchlogs":
		return "logs"
	case "s3control":
		return "s3"
	case "ssooidc":
		return "sso-oauth"
	default:
		return p
	}
}

// writes reports whether an operation changes anything; signing in does not.
func writes(serviceID, operation string) bool {
	switch prefix(serviceID) {
	case "sts", "sso", "sso-oauth", "signin":
		return false
	}
	for _, p := range []string{"Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Simulate", "Check", "Query", "Scan", "TransactGet", "Test", "Select"} {
		if strings.HasPrefix(operation, p) {
			return false
		}
	}
	return true
}

// dialling is an HTTP client for endpoints that are addresses: S3 Control puts the account id before the host's name,
// and no name service knows "862973411383.127.0.0.1". The request goes to the address and keeps the Host it was signed for.
type dialling struct{ aws.HTTPClient }

// Do sends a request.
func (d dialling) Do(r *http.Request) (*http.Response, error) {
	label, rest, cut := strings.Cut(r.URL.Host, ".")
	if cut && len(label) == 12 && strings.Trim(label, "0123456789") == "" && isAddress(rest) {
		if r.Host == "" {
			r.Host = r.URL.Host
		}
		r.URL.Host = rest
	}
	return d.HTTPClient.Do(r)
}

func isAddress(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil
}
