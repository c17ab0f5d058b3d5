package gcp_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const exported = "itinfra-connections.dsse.json"

// depot is a world whose management project stands.
func depot(t *testing.T) (*world, plan.Landing) {
	t.Helper()
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	w.land(t, l, "services")
	return w, l
}

// prepare comes back to what passes, as the activity's policy does.
func (w *world) prepare(t *testing.T, l plan.Landing) (wrote bool, err error) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		did, err := w.Prepare(t.Context(), l, exported)
		wrote = wrote || did
		if err == nil || !fault.KindOf(err).Retries() || time.Now().After(deadline) {
			return wrote, err
		}
	}
}

// buckets are those of a project, as /sim/state has them.
func (w *world) buckets(t *testing.T, project string) map[string]any {
	t.Helper()
	var state struct {
		GCP struct {
			Projects map[string]struct{ Buckets map[string]any }
		}
	}
	if err := json.Unmarshal(mustJSON(t, w.kernel.State()), &state); err != nil {
		t.Fatal(err)
	}
	return state.GCP.Projects[project].Buckets
}

// storageWrites counts what was written to Cloud Storage.
func (w *world) storageWrites() (n int) {
	for _, c := range w.kernel.Calls() {
		if c.Service == "storage" && c.Kind == "write" {
			n++
		}
	}
	return n
}

func TestAnExportIsKeptInAPrivateVersionedBucketOfTheProject(t *testing.T) {
	w, l := depot(t)
	if none, err := w.Get(t.Context(), l, exported); err != nil || none.Version != "" || w.storageWrites() != 0 {
		t.Fatalf("before: %+v, %v; want nothing there and nothing made by looking", none, err)
	}
	if wrote, err := w.prepare(t, l); err != nil || !wrote {
		t.Fatalf("wrote %t, %v; want the bucket made", wrote, err)
	}
	put, err := w.Put(t.Context(), l, exported, []byte("one"), "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Get(t.Context(), l, exported)
	if err != nil || string(got.Body) != "one" || got.Version != put.Version || got.Where != "gs://it4bytes-mgmt-core-landfall-registry/"+exported {
		t.Errorf("got %+v, %v; want what was put", got, err)
	}
	b, _ := w.buckets(t, "it4bytes-mgmt-core")["it4bytes-mgmt-core-landfall-registry"].(map[string]any)
	labels, _ := b["labels"].(map[string]any)
	if b["uniformBucketLevelAccess"] != true || b["publicAccessPrevention"] != "enforced" || b["versioning"] != true || labels["landfall-plan"] != "itbytes" || b["location"] != "US-CENTRAL1" {
		t.Errorf("the bucket is %v, want it private, versioned and marked, in the landing's region", b)
	}
	wrote := w.storageWrites()
	if again, err := w.prepare(t, l); err != nil || again || w.storageWrites() != wrote {
		t.Errorf("second time: wrote %t, %v, %d writes; want none", again, err, w.storageWrites()-wrote)
	}
}

func TestAnExportIsWrittenOverTheGenerationThatWasSeenAndNoOther(t *testing.T) {
	w, l := depot(t)
	if _, err := w.prepare(t, l); err != nil {
		t.Fatal(err)
	}
	first, err := w.Put(t.Context(), l, exported, []byte("one"), "")
	if err != nil {
		t.Fatal(err)
	}
	for over, why := range map[string]string{"": "there is one", "17": "it is another version"} {
		if _, err := w.Put(t.Context(), l, exported, []byte("two"), over); fault.KindOf(err) != fault.Transient || !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("%s: %v, want it refused and tried again", why, err)
		}
	}
	if _, err := w.Put(t.Context(), l, exported, []byte("two"), first.Version); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Get(t.Context(), l, exported); err != nil || string(got.Body) != "two" {
		t.Errorf("got %q, %v; want two", got.Body, err)
	}
}

func TestABucketThatWasOpenedIsClosedAgainAndAnotherPlansIsNotTouched(t *testing.T) {
	w, l := depot(t)
	if _, err := w.prepare(t, l); err != nil {
		t.Fatal(err)
	}
	w.patch(t, "/storage/storage/v1/b/it4bytes-mgmt-core-landfall-registry", `{"iamConfiguration":{"publicAccessPrevention":"inherited"},"versioning":{"enabled":false}}`)
	if wrote, err := w.prepare(t, l); err != nil || !wrote {
		t.Errorf("wrote %t, %v; want it mended", wrote, err)
	}
	b, _ := w.buckets(t, "it4bytes-mgmt-core")["it4bytes-mgmt-core-landfall-registry"].(map[string]any)
	if b["publicAccessPrevention"] != "enforced" || b["versioning"] != true {
		t.Errorf("%v, want it closed and versioned", b)
	}
	wrote := w.storageWrites()
	other := l
	other.Plan = "other"
	if _, err := w.prepare(t, other); fault.KindOf(err) != fault.Conflict || w.storageWrites() != wrote {
		t.Errorf("%v, %d writes; want it refused and left alone", err, w.storageWrites()-wrote)
	}
}

// A bucket's name is everybody's: whoever takes it first in a project of their own would be handed the registry.
func TestABucketOfOurNameInAnotherProjectIsNeverWrittenTo(t *testing.T) {
	w, l := depot(t)
	thief := l
	thief.Adopt.ID, thief.Adopt.Resources = "it4bytes-dti-core", map[string]string{"registry-bucket": "it4bytes-mgmt-core-landfall-registry"}
	w.land(t, landing(t, "dti"), "services")
	if _, err := w.prepare(t, thief); err != nil {
		t.Fatal(err)
	}
	wrote := w.storageWrites()
	_, err := w.prepare(t, l)
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.As(err).Hint, "registry-bucket") {
		t.Errorf("%v, want a conflict that says how to name another", err)
	}
	if n := w.storageWrites() - wrote; n != 1 { // the insert that was refused
		t.Errorf("%d writes, want the one that was refused", n)
	}
}

func TestAnUnknownBucketIsNotAnAbsentOne(t *testing.T) {
	for _, f := range []kernel.Fault{
		{Status: http.StatusForbidden, Code: "PERMISSION_DENIED"},
		{Status: http.StatusTooManyRequests, Code: "RESOURCE_EXHAUSTED"},
		{Status: http.StatusInternalServerError, Code: "INTERNAL"},
		{Do: kernel.DoReset},
	} {
		w, l := depot(t)
		f.Match = kernel.Match{Cloud: "gcp", Service: "storage", Kind: "read"}
		w.kernel.Order(f)
		if _, err := w.Prepare(t.Context(), l, exported); err == nil || w.storageWrites() != 0 {
			t.Errorf("%d %s: %v, %d writes; want an error and nothing made", f.Status, f.Do, err, w.storageWrites())
		}
		if got, err := w.Get(t.Context(), l, exported); err == nil {
			t.Errorf("%d %s: got %+v, want an error: it may be there", f.Status, f.Do, got)
		}
	}
}

func TestALostAnswerMakesNoSecondBucketAndNoSecondVersion(t *testing.T) {
	for _, operation := range []string{"buckets.insert", "objects.insert"} {
		w, l := depot(t)
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Cloud: "gcp", Operation: operation}, Do: kernel.DoLose, Times: 1})
		if _, err := w.prepare(t, l); err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		_, err := w.Put(t.Context(), l, exported, []byte("one"), "")
		if lost := operation == "objects.insert"; lost != (fault.KindOf(err) == fault.Transient) {
			t.Errorf("%s: put %v", operation, err)
		}
		got, err := w.Get(t.Context(), l, exported)
		if err != nil || string(got.Body) != "one" {
			t.Errorf("%s: got %q, %v; want one", operation, got.Body, err)
		}
		if n := len(w.buckets(t, "it4bytes-mgmt-core")); n != 1 {
			t.Errorf("%s: %d buckets, want one", operation, n)
		}
	}
}
