// Package session is an open way into one AWS landing, and the few words that every AWS control says about it.
package session

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Session is an open way into one landing. Its configurations name every error of theirs as a fault and count every call.
type Session struct {
	// Config acts in Account: the landing's own, or the login's where a step comes before the landing's account.
	Config  aws.Config
	Account string
	// Login acts in Home, the account that the login signs in to; AWS Organizations is asked through it.
	Login     aws.Config
	LoginName string
	Home      string
	// Ends is when a person must sign in again with the login; zero where that is not known beforehand.
	Ends time.Time
	// In enters another account of the organisation by the landing's role.
	In func(account string) aws.Config
	// With acts by another credential, to prove that it works; login is the name that its faults bear.
	With func(c aws.CredentialsProvider, login string) aws.Config
	// Keeper takes one-shot secrets.
	Keeper step.Keeper
	// Shared keeps answers about the organisation that all of its landings ask for; nil asks each time.
	Shared *Shared
}

// AsLogin is the session as the login itself, in the account that it signs in to.
func (s *Session) AsLogin() *Session {
	as := *s
	as.Config, as.Account = s.Login, s.Home
	return &as
}

// PlanTag is the ownership tag: its value is the plan whose the thing is.
const PlanTag = "landfall-plan"

// EnvironmentTag says which of the plan's environments a thing is of.
const EnvironmentTag = "landfall-environment"

// The fields of the vault's item that holds a login's access key.
const (
	FieldKeyID  = "access key id"
	FieldSecret = "secret access key"
)

// Tags are the tags of what a landing makes: the plan's own, the environment's and the ownership tag.
func Tags(l plan.Landing) map[string]string {
	out := map[string]string{}
	maps.Copy(out, l.Tags)
	out[EnvironmentTag] = l.Environment
	out[PlanTag] = l.Plan
	return out
}

// TagNames are the names of tags, sorted.
func TagNames(tags map[string]string) []string { return slices.Sorted(maps.Keys(tags)) }

// Role is the role by which a landing's account is entered.
func Role(l plan.Landing) string {
	if l.Role != "" {
		return l.Role
	}
	return "OrganizationAccountAccessRole"
}

// Partition is the AWS partition that a region lies in.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	}
	return "aws"
}

// ARN names something global in the session's account: ARN("iam", "role/x").
func (s *Session) ARN(service, resource string) string {
	return "arn:" + Partition(s.Config.Region) + ":" + service + "::" + s.Account + ":" + resource
}

// ARNHere names something of the session's account and region: ARNHere("ec2", "vpc/*").
func (s *Session) ARNHere(service, resource string) string {
	return "arn:" + Partition(s.Config.Region) + ":" + service + ":" + s.Config.Region + ":" + s.Account + ":" + resource
}

// Token is the idempotency token of one call of a task: the same for every attempt, another for each part.
func Token(t plan.Task, parts ...string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(strings.Join(append([]string{"landfall", t.Key}, parts...), "/"))).String()
}

// Undone is how often a thing may be made, undone by an abort and made again. AWS takes a token only once: what is asked for
// again under a spent one is answered with success and not done (Amazon EC2 Developer Guide, "Ensuring idempotency").
const Undone = 10

// NthToken is the token of a call whose thing was undone n times.
func NthToken(t plan.Task, n int, parts ...string) string {
	if n > 0 {
		parts = append(parts, strconv.Itoa(n))
	}
	return Token(t, parts...)
}

// Code is the cloud's code in err, or "".
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Is reports whether err carries one of the cloud's codes.
func Is(err error, codes ...string) bool {
	code := Code(err)
	return code != "" && slices.Contains(codes, code)
}

// Message is the cloud's sentence in err, or "".
func Message(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return ""
}
