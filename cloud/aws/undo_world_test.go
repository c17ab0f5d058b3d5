package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/plan"
)

// takeBack undoes what a landing's steps have done, as an abort does: what denies first, then the last step first.
func (w *world) takeBack(l plan.Landing, done map[string]plan.Outcome) map[string]plan.Undoing {
	w.t.Helper()
	steps := w.cloud.Steps(l)
	slices.Reverse(steps)
	slices.SortStableFunc(steps, func(a, b plan.Step) int {
		switch {
		case a.Deny && !b.Deny:
			return -1
		case b.Deny && !a.Deny:
			return 1
		}
		return 0
	})
	out := map[string]plan.Undoing{}
	for _, s := range steps {
		if o, carried := done[s.Name]; carried {
			u, err := w.undo(l, s.Name, o)
			if err != nil {
				w.t.Errorf("undo of %s of %s: %v", s.Name, l.ID(), err)
			}
			out[s.Name] = u
		}
	}
	return out
}

// undo takes back one step as far as it goes.
func (w *world) undo(l plan.Landing, name string, o plan.Outcome) (plan.Undoing, error) {
	w.t.Helper()
	all := w.cloud.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == name })
	task := plan.Task{Landing: l, Step: all[i], Key: l.Plan + "/" + l.ID() + "/" + name, Facts: w.facts[l.ID()]}
	begun := false
	for range 5 {
		u, err := w.cloud.Undo(w.t.Context(), task, plan.Deed{Change: o.Change, Receipt: o.Receipt}, begun)
		if err != nil || u.State != plan.UndoPending {
			return u, err
		}
		begun = u.Begun
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Errorf("the undo of %s of %s is pending for ever", name, l.ID())
	return plan.Undoing{}, nil
}

// stands is the simulator's whole state, as paths and values.
func (w *world) stands() map[string]string {
	w.t.Helper()
	b, err := json.Marshal(w.k.State()["aws"])
	if err != nil {
		w.t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	flatten("", v, out)
	return out
}

func flatten(path string, v any, out map[string]string) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			flatten(path+"/"+k, e, out)
		}
	case []any:
		for i, e := range x {
			if m, is := e.(map[string]any); is && m["id"] != nil {
				flatten(fmt.Sprintf("%s/%v", path, m["id"]), e, out)
				continue
			}
			flatten(fmt.Sprintf("%s/%d", path, i), e, out)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}

// differ lists what two states differ in, but for what may.
func differ(before, after map[string]string, may ...string) []string {
	allowed := make([]*regexp.Regexp, len(may))
	for i, m := range may {
		allowed[i] = regexp.MustCompile("(?s)^" + m + "$")
	}
	var out []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for path := range all {
		was, stood := before[path]
		now, stands := after[path]
		line := path + "=" + now
		if stood == stands && was == now || stands && slices.ContainsFunc(allowed, func(r *regexp.Regexp) bool { return r.MatchString(line) }) {
			continue
		}
		out = append(out, fmt.Sprintf("%s: %q, was %q", path, now, was))
	}
	slices.Sort(out)
	return out
}

// neutral is what may be left in an account: switched off, or history.
func neutral() []string {
	return []string{
		`/accounts/\d+/regions/us-east-1/guardduty/.*/status=DISABLED`, `/accounts/\d+/regions/us-east-1/guardduty/.*/tags/.*`,
		`/accounts/\d+/regions/us-east-1/config/recording=false`, `/accounts/\d+/regions/us-east-1/config/(recorder|role|bucket|group/.*)=.*`,
		`/accounts/\d+/regions/us-east-1/securityhub/tags/.*`,
		`/accounts/\d+/s3/landfall-config-.*`, `/accounts/\d+/iam/roles/AWSReservedSSO_.*`, `/accounts/\d+/iam/roles/AWSServiceRoleForConfig/.*`,
	}
}

// names are the values of the state's paths that fit a pattern.
func (w *world) names(pattern string) map[string]string {
	r, out := regexp.MustCompile("^"+pattern+"$"), map[string]string{}
	for path, v := range w.stands() {
		if r.MatchString(path) {
			out[path] = v
		}
	}
	return out
}

// config acts as the landing's login.
func (w *world) config(l plan.Landing) sdk.Config {
	w.t.Helper()
	l.Adopt.ID = l.Login.Account
	cfg, err := w.cloud.Config(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

// inside acts in a landing's own account, by its role.
func (w *world) inside(l plan.Landing) sdk.Config {
	w.t.Helper()
	l.Adopt.ID = w.facts[l.ID()][plan.FactContainer]
	cfg, err := w.cloud.Config(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

// identified asks for something that only those may read whom the quarantine lets in.
func identified(ctx context.Context, cfg sdk.Config) error {
	_, err := iam.NewFromConfig(cfg).ListRoles(ctx, &iam.ListRolesInput{})
	return err
}

// administrator makes an IAM user in a landing's account who may do everything, and acts as it.
func (w *world) administrator(l plan.Landing, name string) sdk.Config {
	w.t.Helper()
	ctx, api := w.t.Context(), iam.NewFromConfig(w.inside(l))
	if _, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: sdk.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		w.t.Fatal(err)
	}
	key, err := api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := sdk.Config{
		BaseEndpoint: &w.url, Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, ""),
	}
	if err := identified(ctx, cfg); err != nil {
		w.t.Fatal(err)
	}
	return cfg
}
