package kernel_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// taken is how many of n calls made at once are carried out, and when the last that was refused is told to come again.
func taken(k *kernel.Kernel, c kernel.Call, n int) (done int, after time.Duration) {
	for range n {
		w := httptest.NewRecorder()
		k.Serve(w, httptest.NewRequest(http.MethodPost, "/", nil), c, func(w http.ResponseWriter, x kernel.Refusal) {
			after = x.RetryAfter
			w.WriteHeader(x.Status)
		}, func(http.ResponseWriter) { done++ })
	}
	return done, after
}

func at(scale float64, rates map[string]kernel.Rate) *kernel.Kernel {
	return kernel.New(kernel.Scenario{Scale: &scale, Rates: rates, Latency: map[string]kernel.Duration{"default": 0}})
}

func metered(t *testing.T, k *kernel.Kernel, name string) kernel.Metered {
	t.Helper()
	for _, m := range k.Limits() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no limit is named %s", name)
	return kernel.Metered{}
}

func TestACallOverALimitIsRefusedCountedAndNotCarriedOut(t *testing.T) {
	k := at(1, map[string]kernel.Rate{"aws.iam.write": {Calls: 3, Per: time.Hour}})
	create := kernel.Call{Cloud: "aws", Scope: "1", Service: "iam", Operation: "CreateAccessKey", Write: true}
	if done, after := taken(k, create, 5); done != 3 || after != 0 {
		t.Errorf("%d of 5 calls were carried out, and come again after %s; want 3, and IAM says nothing of when", done, after)
	}
	m := metered(t, k, "aws.iam.write")
	if m.Taken != 3 || m.Refused != 2 || m.Peak < 0.99 || m.Peak > 1 || m.Busiest != 1 {
		t.Errorf("got %+v, want 3 taken, which is all of an hour, 2 refused and the bucket once full", m)
	}
	var last kernel.Record
	for _, last = range k.Calls() {
	}
	if last.Status != http.StatusTooManyRequests {
		t.Errorf("the journal says %d of the last, want 429", last.Status)
	}
}

func TestALimitCountsEachAccountByItselfAndReadsApartFromWrites(t *testing.T) {
	k := at(1, map[string]kernel.Rate{"gcp.iam.write": {Calls: 1, Per: time.Hour}})
	for _, c := range []kernel.Call{
		{Cloud: "gcp", Scope: "projects/a", Service: "iam", Write: true},
		{Cloud: "gcp", Scope: "projects/b", Service: "iam", Write: true},
		{Cloud: "gcp", Scope: "projects/a", Service: "iam"},
		{Cloud: "gcp", Scope: "projects/a", Service: "dns", Write: true},
	} {
		if done, _ := taken(k, c, 1); done != 1 {
			t.Errorf("%+v was refused, want it within its own limit or under none", c)
		}
	}
}

func TestABucketEmptiesAsFastAsTheLimitAllows(t *testing.T) {
	k := at(1, map[string]kernel.Rate{"azure.graph.write": {Calls: 2, Per: 100 * time.Millisecond}})
	patch := kernel.Call{Cloud: "azure", Scope: "t", Service: "graph", Operation: "applications.update", Write: true, Login: "admin"}
	done, after := taken(k, patch, 3)
	if done != 2 || after <= 0 || after > 50*time.Millisecond {
		t.Fatalf("%d of 3 calls were carried out, and come again after %s; want 2, and half of the time", done, after)
	}
	time.Sleep(after)
	if done, _ = taken(k, patch, 1); done != 1 {
		t.Error("whoever came again when they were told to was refused")
	}
}

func TestLimitsAreScaledAsWhateverTakesTime(t *testing.T) {
	sts := kernel.Call{Cloud: "aws", Scope: "1", Service: "sts", Operation: "GetCallerIdentity"}
	if done, _ := taken(at(1, nil), sts, 700); done < 600 || done >= 700 {
		t.Errorf("%d of 700 calls were carried out in a world as fast as ours, want the 600 of a second, and those of the time that it takes", done)
	}
	if done, _ := taken(at(0, nil), sts, 700); done != 700 {
		t.Errorf("%d of 700 calls were carried out where nothing takes any time, want all", done)
	}
	if per := metered(t, at(0.1, nil), "azure.graph.report").Per; per != time.Second {
		t.Errorf("five reports are read in %s in a world ten times as fast, want one second instead of ten", per)
	}
}

func TestEveryLimitHasItsSourceAndANameOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	for _, m := range at(1, nil).Limits() {
		if names[m.Name] || !strings.HasPrefix(m.Name, m.Cloud+"."+m.Service) || m.Source == "" || m.Calls <= 0 || m.Per <= 0 {
			t.Errorf("%+v: want a name of its own that begins with cloud and service, a number and its source", m)
		}
		names[m.Name] = true
	}
	if len(names) == 0 {
		t.Error("there is no limit")
	}
}

func TestARateIsWrittenAsItIsSaid(t *testing.T) {
	for text, want := range map[string]kernel.Rate{"600/1m": {Calls: 600, Per: time.Minute}, "0.5/1s": {Calls: 0.5, Per: time.Second}, "off": {}} {
		var got kernel.Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "600", "600/", "-1/1s", "1/0s", "many/1s"} {
		if err := new(kernel.Rate).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for a rate", text)
		}
	}
	if err := (kernel.Scenario{Rates: map[string]kernel.Rate{"aws.iam.writes": {}}}).Check(); err == nil || !strings.Contains(err.Error(), "aws.iam.writes") {
		t.Errorf("a misspelt rate: got %v, want it refused by name", err)
	}
}
