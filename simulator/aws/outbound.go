package aws

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// outbound is an account's feature to sign tokens for its principals. The issuer is the account's own, for as long as it is there.
type outbound struct {
	issuer string
	on     bool
	known  time.Time // since when STS signs
}

// ownIssuer ends the address of every issuer of AWS's own.
const ownIssuer = ".tokens.sts.global.api.aws"

func enableOutbound(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	o := &q.account.outbound
	if o.on {
		return nil, wire.Errorf(http.StatusConflict, "FeatureEnabled", "Outbound web identity federation is already enabled for this account.")
	}
	if o.issuer == "" {
		o.issuer = "https://" + uuid() + ownIssuer
	}
	o.on, o.known = true, q.k.Later("aws.iam.propagation")
	return wire.Map{"IssuerIdentifier": o.issuer}, nil
}

func disableOutbound(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	if !q.account.outbound.on {
		return nil, outboundOff()
	}
	q.account.outbound.on = false
	return nil, nil
}

func getOutbound(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	if !q.account.outbound.on {
		return nil, outboundOff()
	}
	return wire.Map{"IssuerIdentifier": q.account.outbound.issuer, "JwtVendingEnabled": true}, nil
}

func outboundOff() error {
	return wire.Errorf(http.StatusNotFound, "FeatureDisabled", "Outbound web identity federation is not enabled for this account.")
}

// tokenInput is what a token is asked for by. Tags need a right of their own, and are refused as unknown.
type tokenInput struct {
	Audience         []string
	SigningAlgorithm string
	DurationSeconds  int
}

// shown is what the call shows to conditions: those of GetWebIdentityToken alone are weighed (IAM User Guide, "Controlling access
// with IAM policies" of outbound identity federation). A duration that nobody asks for is the default.
func (q *request) shown() shown {
	if q.service.name != "sts" || q.operation != "GetWebIdentityToken" {
		return shown{}
	}
	var in tokenInput
	if _, err := wire.Form(q.form, q.service.word, &in); err != nil {
		return shown{}
	}
	if in.DurationSeconds == 0 {
		in.DurationSeconds = 300
	}
	return shown{now: q.now, keys: map[string][]string{
		"sts:identitytokenaudience": in.Audience, "sts:signingalgorithm": {in.SigningAlgorithm}, "sts:durationseconds": {strconv.Itoa(in.DurationSeconds)},
	}}
}

// getWebIdentityToken signs a token about the caller. A session that was begun by another cloud's token may ask too: its claims
// say by which provider (IAM User Guide, "Understanding token claims", federated_provider).
func getWebIdentityToken(q *request) (wire.Map, error) {
	var in tokenInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.DurationSeconds == 0 {
		in.DurationSeconds = 300
	}
	until := q.now.Add(time.Duration(in.DurationSeconds) * time.Second)
	o := q.account.outbound
	switch {
	case len(in.Audience) < 1 || len(in.Audience) > 10 || slices.Contains(in.Audience, ""):
		return nil, wrong("1 validation error detected: Value at 'audience' failed to satisfy constraint: Member must have length between 1 and 10")
	case in.SigningAlgorithm == "ES384":
		return nil, wrong("This simulator signs by RS256 only.")
	case in.SigningAlgorithm != "RS256":
		return nil, wrong("1 validation error detected: Value at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]")
	case in.DurationSeconds < 60 || in.DurationSeconds > 3600:
		return nil, wrong("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value between 60 and 3600", in.DurationSeconds)
	case !o.on || q.now.Before(o.known):
		return nil, wire.Errorf(http.StatusForbidden, "OutboundWebIdentityFederationDisabledException", "Outbound web identity federation is not enabled for this account.")
	case !q.who.until.IsZero() && until.After(q.who.until):
		return nil, wire.Errorf(http.StatusForbidden, "SessionDurationEscalationException", "The requested token duration would extend the session beyond its original expiration time.")
	}
	about := q.who.arn
	if r := q.account.roles[q.who.role]; r != nil {
		about = r.arn
	}
	var audience any = in.Audience
	if len(in.Audience) == 1 {
		audience = in.Audience[0]
	}
	own := wire.Map{"aws_account": q.account.id, "source_region": q.region}
	if q.who.federated != "" {
		own["federated_provider"] = q.who.federated
	}
	id := uuid()
	token, err := q.k.Sign(o.issuer, map[string]any{
		"sub": about, "aud": audience, "iat": q.now.Unix(), "exp": until.Unix(), "jti": id, "https://sts.amazonaws.com/": own,
	})
	if err != nil {
		return nil, err
	}
	q.k.Mint(kernel.Secret{Cloud: "aws", Scope: q.account.id, ID: "token/" + id, Value: token})
	return wire.Map{"WebIdentityToken": token, "Expiration": until.Truncate(time.Second)}, nil
}

// ofAWS reports whether an issuer is an account's own: its tokens are for others, and open nothing of AWS's.
func ofAWS(issuer string) bool { return strings.HasSuffix(issuer, ownIssuer) }
