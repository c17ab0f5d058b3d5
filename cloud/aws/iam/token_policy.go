package iam

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
)

// tokensPolicy is the policy of a role that lets it ask for tokens.
const tokensPolicy = "landfall-tokens"

const (
	// tokenLife is the longest for which a token may be asked.
	tokenLife = 15 * time.Minute
	// algorithm is the one by which tokens are signed: every cloud reads it.
	algorithm = "RS256"
	// plainly is the policy's field where it is as ours are.
	plainly = "for those audiences alone, by " + algorithm + ", for 15 minutes at most"
	// every: each audience of a token must be one of the list, and there must be one (IAM User Guide, "Set operators for
	// multivalued context keys").
	every       = "ForAllValues:StringEquals"
	keyAudience = "sts:IdentityTokenAudience"
)

// rights is a policy of one statement, as IAM takes it.
type rights struct {
	Version   string
	Statement []right
}

type right struct {
	Effect, Action, Resource string
	Condition                map[string]map[string]any
}

// tokenPolicy lets a role ask for tokens of some audiences (IAM User Guide, "Controlling access with IAM policies" of outbound
// identity federation). Whoever asks for no time gets five minutes.
func tokenPolicy(audiences []string) string {
	out, err := json.Marshal(rights{"2012-10-17", []right{{"Allow", "sts:GetWebIdentityToken", "*", map[string]map[string]any{
		every:                           {keyAudience: audiences},
		"Null":                          {keyAudience: "false"},
		"NumericLessThanEqualsIfExists": {"sts:DurationSeconds": strconv.Itoa(int(tokenLife.Seconds()))},
		"StringEquals":                  {"sts:SigningAlgorithm": algorithm},
	}}}})
	if err != nil { // texts and maps of texts always marshal
		return ""
	}
	return string(out)
}

// audiencesIn are the audiences of a policy that is as ours are, or is what somebody has made of one.
func audiencesIn(policy string) []string {
	var p struct{ Statement []anyStatement }
	if json.Unmarshal([]byte(policy), &p) != nil || len(p.Statement) == 0 {
		return nil
	}
	switch v := p.Statement[0].Condition[every][keyAudience].(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, texts(e))
		}
		return out
	}
	return nil
}

// wordsOf is a policy as a field: plain words where it is as ours are, and what somebody has made of it where it is not, or allows
// an audience that is nobody's of the plan.
func wordsOf(policy string, known func(audience string) bool) string {
	all, words := audiencesIn(policy), plainly
	for _, a := range all {
		if !known(a) {
			words = "for " + a + " too"
		}
	}
	if !sameJSON(policy, tokenPolicy(all)) {
		return "another: " + policy
	}
	return words
}

// sameJSON reports whether two texts are the same JSON, in whatever order of its members.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	return reflect.DeepEqual(x, y)
}

// issuerOf is who signs the account's tokens, "" where nobody does.
func issuerOf(ctx context.Context, c *iam.Client) (string, error) {
	got, err := c.GetOutboundWebIdentityFederationInfo(ctx, &iam.GetOutboundWebIdentityFederationInfoInput{})
	if session.Is(err, "FeatureDisabled", "FeatureDisabledException") {
		return "", nil
	}
	if err != nil || !got.JwtVendingEnabled {
		return "", err
	}
	return aws.ToString(got.IssuerIdentifier), nil
}

// tokenPolicyOf is a role's policy in plain JSON, "" where it has none.
func tokenPolicyOf(ctx context.Context, c *iam.Client, role string) (string, error) {
	got, err := c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: aws.String(tokensPolicy)})
	if absent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return decoded(aws.ToString(got.PolicyDocument)), nil
}

func putTokenPolicy(ctx context.Context, c *iam.Client, role, text string) error {
	_, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String(tokensPolicy), PolicyDocument: &text})
	return err
}

// leaningOnTokens are the other roles of the account that have the policy. Those that services own have none.
func leaningOnTokens(ctx context.Context, c *iam.Client, but string) ([]string, error) {
	var out []string
	pages := iam.NewListRolesPaginator(c, &iam.ListRolesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Roles {
			if aws.ToString(r.RoleName) == but || strings.HasPrefix(aws.ToString(r.Path), "/aws-") {
				continue
			}
			text, err := tokenPolicyOf(ctx, c, aws.ToString(r.RoleName))
			if err != nil {
				return nil, err
			}
			if text != "" {
				out = append(out, aws.ToString(r.RoleName))
			}
		}
	}
	return out, nil
}
