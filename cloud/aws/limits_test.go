package aws

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
)

func TestACallWaitsUnderTheLimitThatAWSCountsItUnder(t *testing.T) {
	for _, tt := range []struct {
		service, operation string
		want               []pace.Use
	}{
		{"STS", "GetCallerIdentity", []pace.Use{{Limit: stsCalls, Of: "1"}}},
		{"IAM", "ListAccessKeys", []pace.Use{{Limit: iamReads, Of: "sso"}}},
		{"IAM", "CreateAccessKey", []pace.Use{{Limit: iamWrites, Of: "1"}}},
		{"EC2", "DescribeVpcs", nil},
	} {
		if got := uses(tt.service, tt.operation, "sso", "1"); !slices.Equal(got, tt.want) {
			t.Errorf("%s %s: got %v, want %v", tt.service, tt.operation, got, tt.want)
		}
		for _, u := range tt.want {
			if !slices.ContainsFunc(limits(), func(l pace.Limit) bool { return l.Name == u.Limit && l.Source != "" }) {
				t.Errorf("there is no limit named %s with its source", u.Limit)
			}
		}
	}
}

func TestWhatAWSRefusesAsOneTooManyKeepsTheNextOneWaiting(t *testing.T) {
	var calls atomic.Int64
	base := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, xml("Throttling", "Rate exceeded"))
			return
		}
		fmt.Fprint(w, `<GetUserResponse><GetUserResult><User><UserName>u</UserName></User></GetUserResult></GetUserResponse>`)
	})
	cfg := New(Options{Haste: 4}).with(base, "sso", "1", aws.NewCredentialsCache(base.Credentials))
	if err := getUser(t.Context(), cfg); fault.KindOf(err) != fault.Throttled {
		t.Fatalf("got %v, want it throttled", err)
	}
	began := time.Now()
	if err := getUser(t.Context(), cfg); err != nil || time.Since(began) < 200*time.Millisecond {
		t.Errorf("got %v after %s, want it to wait for a quarter of a second in a world four times as fast", err, time.Since(began))
	}
}
