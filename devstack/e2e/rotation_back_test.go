package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"go.temporal.io/sdk/client"
)

// monthly is a schedule that begins nothing by itself within the test.
const monthly = `rotation:
  schedules: [{name: monthly, every: 30d, credentials: [aws-k00]}]
`

// A guard of the account switches every new key off as soon as there is one: it never signs anybody in.
func TestANewKeyThatNeverProvesItselfIsRemovedAndItsScheduleAsks(t *testing.T) {
	t.Parallel()
	s := raiseTurning(t, 1, monthly)
	s.watch(s.credentials)
	key := s.credentials[0]
	old := s.current(key)
	began := len(s.Writes())
	s.Must(0, "schedule", "apply", s.plan)
	schedule := s.temporal.ScheduleClient().GetHandle(t.Context(), "landfall/turning/monthly")
	if err := schedule.Trigger(t.Context(), client.ScheduleTriggerOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.guard(key, old); err != nil {
		t.Fatal(err)
	}
	var listed struct {
		Schedules []struct {
			ID, Note, Outcome string
			Paused            bool
		}
	}
	s.Eventually(time.Minute, "the schedule is paused and says why", func() bool {
		s.json(&listed, "schedule", "list", s.name, "-o", "json")
		for _, one := range listed.Schedules {
			if one.ID == "landfall/turning/monthly" && one.Paused {
				return one.Outcome == "failed" && strings.Contains(one.Note, "rolled back")
			}
		}
		return false
	})
	keys, err := s.keys()
	if err != nil {
		t.Fatal(err)
	}
	if got := keys[key.id]; len(got) != 1 || !got[old] || s.current(key) != old {
		t.Errorf("the keys are %v and the vault gives %s, want %s alone, working and current", got, s.current(key), old)
	}
	for _, f := range s.Fields(vault, key.id) {
		if f.Section == "pending" && f.Label == "secret access key" && f.Value != "" {
			t.Error("the vault still holds the secret of the key that was removed")
		}
	}
	if made := s.made(began); made != 1 {
		t.Errorf("%d keys were made, want one", made)
	}
	told := s.ear.Heard("key.back")
	if len(told) != 1 || !strings.Contains(told[0].What, key.id) || !strings.Contains(told[0].What, "never proved itself") {
		t.Errorf("told of %+v, want once that the rotation of %s was rolled back, and why", told, key.id)
	}
	if seen := s.canary.Seen(key.id); seen.Probes < 2 || seen.Failures != 0 {
		t.Errorf("the consumer signed in %d times and failed %d times, first %s; want no failure", seen.Probes, seen.Failures, seen.First)
	}
	out := s.Must(1, "rotate", "status", s.plan)
	if !strings.Contains(out, "rolled back") || !strings.Contains(out, "never proved itself") {
		t.Errorf("rotate status says %q, want that it was rolled back and why", out)
	}
	var why string
	s.Eventually(time.Minute, "the journal keeps why", func() bool {
		for _, e := range s.entries() {
			if e.What == key.id+": the rotation is rolled back" {
				why = e.Why
			}
		}
		return why != ""
	})
	s.WantNoSecret(out, why)
}

// guard switches a key of a user off as soon as there is one beside the old one, as automation of an account's owner does.
func (s *turning) guard(c *credential, old string) error {
	s.Helper()
	kept := s.Kept(vault, c.id)
	endpoint := s.Setting("LANDFALL_AWS_ENDPOINT")
	api := iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider(old, kept["secret access key"], ""),
	})
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		list, err := api.ListAccessKeys(ctx, &iam.ListAccessKeysInput{})
		if err != nil {
			return err
		}
		for _, k := range list.AccessKeyMetadata {
			if *k.AccessKeyId == old {
				continue
			}
			_, err := api.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: k.AccessKeyId, Status: types.StatusTypeInactive})
			return err
		}
	}
	return errors.New("no new key was made within a minute")
}

// made is how many access keys were made since there were so many writes.
func (s *turning) made(since int) (n int) {
	s.Helper()
	for _, w := range s.Writes()[since:] {
		if w.Operation == "CreateAccessKey" {
			n++
		}
	}
	return n
}
