package aws

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func stsService() *service {
	return &service{
		name: "sts", word: "member",
		dialect: wire.Dialect{Protocol: wire.Query, Namespace: "https://sts.amazonaws.com/doc/2011-06-15/"},
		operations: map[string]operation{
			"GetCallerIdentity": reads(getCallerIdentity),
			"AssumeRole":        reads(assumeRole),
			"GetSessionToken":   reads(getSessionToken),

			"GetWebIdentityToken":       reads(getWebIdentityToken),
			"AssumeRoleWithWebIdentity": reads(assumeRoleWithWebIdentity),
		},
	}
}

func getCallerIdentity(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	return wire.Map{"UserId": q.who.uniqueID, "Account": q.who.account, "Arn": q.who.arn}, nil
}

func assumeRole(q *request) (wire.Map, error) {
	var in struct {
		RoleArn, RoleSessionName, ExternalId, Policy, SourceIdentity string
		DurationSeconds                                              int
		Tags                                                         []tag
		TransitiveTagKeys                                            []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	name, account, err := sessionOf(in.RoleArn, in.RoleSessionName)
	if err != nil {
		return nil, err
	}
	if in.DurationSeconds == 0 {
		in.DurationSeconds = 3600
	}
	a := q.accounts[account]
	if a == nil || a.status != "ACTIVE" || q.now.Before(a.enterable) || !q.trusted(a.roles[name]) || a.roles[name].arn != in.RoleArn {
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", q.who.arn, in.RoleArn)
	}
	r := a.roles[name]
	if in.DurationSeconds < 900 || in.DurationSeconds > r.longest {
		return nil, bad("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	r.used = q.now
	cred := q.temporary(a, r, in.RoleSessionName, q.who.login, q.now, time.Duration(in.DurationSeconds)*time.Second)
	return wire.Map{
		"Credentials": wire.Map{
			"AccessKeyId": cred.id, "SecretAccessKey": cred.secret, "SessionToken": cred.token, "Expiration": cred.until,
		},
		"AssumedRoleUser":  wire.Map{"AssumedRoleId": cred.uniqueID, "Arn": cred.arn},
		"PackedPolicySize": 0,
	}, nil
}

// sessionOf reads what a session is asked of: the role's name and its account.
func sessionOf(role, session string) (name, account string, err error) {
	name, account, is := roleIn(role)
	switch {
	case !is:
		return "", "", bad("ValidationError", "%s is invalid", role)
	case !regexp.MustCompile(`^[\w+=,.@-]{2,64}$`).MatchString(session):
		return "", "", bad("ValidationError", "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint")
	}
	return name, account, nil
}

// roleIn takes the ARN of a role apart.
func roleIn(arn string) (name, account string, is bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return "", "", false
	}
	return parts[5][strings.LastIndex(parts[5], "/")+1:], parts[4], true
}

// trusted reports whether a role's trust policy lets the caller in, and has been there long enough to be known.
func (q *request) trusted(r *role) bool {
	if r == nil || q.now.Before(r.known) {
		return false
	}
	d, err := parsePolicy(r.trusts(q.now))
	if err != nil {
		return false
	}
	account, own := "arn:aws:iam::"+q.who.account+":", ""
	if mine := q.account.roles[q.who.role]; mine != nil {
		own = mine.arn
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" || !slices.Contains(s.Action, "sts:AssumeRole") || len(s.Condition) > 0 {
			continue
		}
		for _, p := range s.Principal.AWS {
			if p == "*" || p == q.who.account || p == account+"root" || p == q.who.arn || own != "" && p == own {
				return true
			}
		}
	}
	return false
}
