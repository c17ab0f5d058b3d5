package azure_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const exported = "itinfra-connections.dsse.json"

// quickly is a world in which even a role is honoured in a moment.
func quickly(s *kernel.Scenario) {
	scale := 0.00005
	s.Scale = &scale
}

// prepare comes back to what passes, as the activity's policy does.
func (w *world) prepare(l plan.Landing) (wrote bool, err error) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		did, err := w.azure.Prepare(w.t.Context(), l, exported)
		wrote = wrote || did
		if err == nil || !fault.KindOf(err).Retries() || time.Now().After(deadline) {
			return wrote, err
		}
	}
}

// kept prepares and writes an object.
func (w *world) kept(l plan.Landing, body string) plan.Object {
	w.t.Helper()
	if _, err := w.prepare(l); err != nil {
		w.t.Fatal(err)
	}
	o, err := w.azure.Put(w.t.Context(), l, exported, []byte(body), "")
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// stands is what /sim/state says at a path.
func (w *world) stands(path ...string) any {
	w.t.Helper()
	b, err := json.Marshal(w.kernel.State())
	if err != nil {
		w.t.Fatal(err)
	}
	var at any
	if err := json.Unmarshal(b, &at); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range path {
		at = object(at)[name]
	}
	return at
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func list(v any) []any { l, _ := v.([]any); return l }

// accounts are the storage accounts of the subscription of prod.
func (w *world) accounts() []map[string]any {
	groups := w.stands("azure", "subscriptions", "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222", "resourceGroups", "rg-production", "resources")
	var out []map[string]any
	for _, r := range list(groups) {
		if m := object(r); m["type"] == "Microsoft.Storage/storageAccounts" {
			out = append(out, m)
		}
	}
	return out
}

func TestAnExportIsKeptInAPrivateVersionedAccountOfItsOwn(t *testing.T) {
	w := morning(t, quickly)
	l := landings(t)[0]
	none, err := w.azure.Get(t.Context(), l, exported)
	if err != nil || none.Version != "" || len(w.writes(0)) != 0 {
		t.Fatalf("before: %+v, %v, %d writes; want nothing there and nothing made by looking", none, err, len(w.writes(0)))
	}
	put := w.kept(l, "one")
	got, err := w.azure.Get(t.Context(), l, exported)
	if err != nil || string(got.Body) != "one" || got.Version == "" || got.Version != put.Version || !strings.HasSuffix(got.Where, "/landfall-registry/"+exported) {
		t.Errorf("got %+v, %v; want what was put", got, err)
	}
	all := w.accounts()
	if len(all) != 1 {
		t.Fatalf("%d storage accounts, want one", len(all))
	}
	p, tags := object(all[0]["properties"]), object(all[0]["tags"])
	for field, want := range map[string]any{"allowBlobPublicAccess": false, "allowSharedKeyAccess": false, "minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": true} {
		if p[field] != want {
			t.Errorf("%s = %v, want %v", field, p[field], want)
		}
	}
	if tags["landfall-plan"] != "itbytes" {
		t.Errorf("tags = %v, want the plan's", tags)
	}
	store := object(object(w.stands("azure", "blobs"))[all[0]["name"].(string)])
	if store["versioning"] != true || object(object(store["containers"])["landfall-registry"])["publicAccess"] != "None" {
		t.Errorf("the blob service is %v, want versions and a private container", store)
	}
	since := len(w.kernel.Calls())
	if wrote, err := w.prepare(l); err != nil || wrote || len(w.writes(since)) != 0 {
		t.Errorf("second time: wrote %t, %v, %d writes; want none", wrote, err, len(w.writes(since)))
	}
}

func TestAnExportIsWrittenOverTheVersionThatWasSeenAndNoOther(t *testing.T) {
	w := morning(t, quickly)
	l := landings(t)[0]
	first := w.kept(l, "one")
	for over, why := range map[string]string{"": "there is one", `"0x8DEAD"`: "it is another version"} {
		if _, err := w.azure.Put(t.Context(), l, exported, []byte("two"), over); fault.KindOf(err) != fault.Transient || !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("%s: %v, want it refused and tried again", why, err)
		}
	}
	if _, err := w.azure.Put(t.Context(), l, exported, []byte("two"), first.Version); err != nil {
		t.Fatal(err)
	}
	got, err := w.azure.Get(t.Context(), l, exported)
	if err != nil || string(got.Body) != "two" {
		t.Errorf("got %q, %v; want two", got.Body, err)
	}
	for _, s := range object(w.stands("azure", "blobs")) {
		blob := object(object(object(object(object(s)["containers"])["landfall-registry"])["blobs"])[exported])
		if blob["versions"] != float64(2) {
			t.Errorf("%v, want the earlier version kept", blob)
		}
	}
}

func TestAnAccountThatWasOpenedIsClosedAgain(t *testing.T) {
	w := morning(t, quickly)
	l := landings(t)[0]
	w.kept(l, "one")
	name := w.accounts()[0]["name"].(string)
	w.byHand("PATCH", "/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222/resourceGroups/rg-production/providers/Microsoft.Storage/storageAccounts/"+name,
		json.RawMessage(`{"properties":{"allowBlobPublicAccess":true,"minimumTlsVersion":"TLS1_0"}}`))
	if wrote, err := w.prepare(l); err != nil || !wrote {
		t.Errorf("wrote %t, %v; want it mended", wrote, err)
	}
	if p := object(w.accounts()[0]["properties"]); p["allowBlobPublicAccess"] != false || p["minimumTlsVersion"] != "TLS1_2" {
		t.Errorf("%v, want it closed", p)
	}
}

func TestAnotherPlansAccountIsNotTouched(t *testing.T) {
	w := morning(t, quickly)
	l := landings(t)[0]
	w.kept(l, "one")
	other := l
	other.Plan = "other"
	since := len(w.kernel.Calls())
	_, err := w.prepare(other)
	refused(t, err, fault.Conflict)
	_, err = w.azure.Get(t.Context(), other, exported)
	refused(t, err, fault.Conflict)
	if n := len(w.writes(since)); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

// To be an owner in Resource Manager gives no right to data.
func TestALoginWithoutARoleForDataIsGivenOneByWritingAloneAndTheReaderIsTold(t *testing.T) {
	w := morning(t, quickly)
	l := landings(t)[0]
	w.kept(l, "one")
	assigned := func() (ids []string) {
		for _, a := range list(w.stands("azure", "subscriptions", "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222", "roleAssignments")) {
			if object(a)["role"] == "Storage Blob Data Contributor" {
				ids = append(ids, object(a)["scope"].(string)+"/providers/Microsoft.Authorization/roleAssignments/"+object(a)["name"].(string))
			}
		}
		return ids
	}
	had := assigned()
	if len(had) != 1 || !strings.Contains(had[0], "/storageAccounts/") {
		t.Fatalf("the login holds %v, want the one role, at the account alone", had)
	}
	w.byHand("DELETE", had[0], nil)
	since := len(w.kernel.Calls())
	_, err := w.azure.Get(t.Context(), l, exported)
	refused(t, err, fault.Denied)
	if !strings.Contains(fault.As(err).Hint, "Storage Blob Data Reader") || len(w.writes(since)) != 0 {
		t.Errorf("%+v, %d writes; want the reader told which role, and nothing written", fault.As(err), len(w.writes(since)))
	}
	if _, err := w.prepare(l); err != nil || len(assigned()) != 1 {
		t.Errorf("%v, %v; want the role given again", err, assigned())
	}
}

func TestAnUnknownAccountIsNotAnAbsentOne(t *testing.T) {
	for _, f := range []kernel.Fault{
		{Status: 403, Code: "AuthorizationFailed"},
		{Status: 429, Code: "TooManyRequests"},
		{Status: 500, Code: "InternalServerError"},
		{Do: kernel.DoReset},
		{Status: 404, Code: "SubscriptionNotFound"},
	} {
		for _, operation := range []string{"storageAccounts.get", "blobServices.get", "containers.get", "blobs.head"} {
			w := morning(t, quickly)
			l := landings(t)[0]
			f.Match = kernel.Match{Cloud: "azure", Operation: operation}
			w.kernel.Order(f)
			_, err := w.azure.Prepare(t.Context(), l, exported)
			for n := 0; n < 200 && fault.KindOf(err) == fault.Propagating && !strings.Contains(err.Error(), "Not"); n++ { // the account's own making
				_, err = w.azure.Prepare(t.Context(), l, exported)
			}
			if err == nil {
				t.Errorf("%s fails with %d %s: prepared all the same", operation, f.Status, f.Do+f.Code)
			}
			made := map[string]string{
				"storageAccounts.get": "storageAccounts.put", "blobServices.get": "blobServices.put", "containers.get": "containers.put", "blobs.head": "roleAssignments.put",
			}[operation]
			if slices.ContainsFunc(w.writes(0), func(c kernel.Record) bool { return c.Operation == made }) {
				t.Errorf("%s fails with %d %s: %s was called", operation, f.Status, f.Do+f.Code, made)
			}
		}
	}
}

func TestALostAnswerMakesNothingTwice(t *testing.T) {
	for _, operation := range []string{"storageAccounts.put", "blobServices.put", "containers.put", "roleAssignments.put", "blobs.put"} {
		w := morning(t, quickly)
		l := landings(t)[0]
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Cloud: "azure", Operation: operation}, Do: kernel.DoLose, Times: 1})
		if _, err := w.prepare(l); err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		_, err := w.azure.Put(t.Context(), l, exported, []byte("one"), "")
		if lost := operation == "blobs.put"; lost != (fault.KindOf(err) == fault.Transient) {
			t.Errorf("%s: put %v", operation, err)
		}
		if got, err := w.azure.Get(t.Context(), l, exported); err != nil || string(got.Body) != "one" {
			t.Errorf("%s: got %q, %v; want one", operation, got.Body, err)
		}
		if n := len(w.accounts()); n != 1 {
			t.Errorf("%s: %d accounts, want one", operation, n)
		}
	}
}

func TestTheSubscriptionOfAnExportIsFoundByItsNameWhereItsIdIsNotKnown(t *testing.T) {
	w := morning(t, quickly, func(s *kernel.Scenario) { prod(s)["displayName"] = "it4bytes-sub-prod-core" })
	l := landings(t)[0]
	w.kept(l, "one")
	l.Adopt.ID = ""
	if got, err := w.azure.Get(t.Context(), l, exported); err != nil || string(got.Body) != "one" {
		t.Errorf("got %q, %v; want one", got.Body, err)
	}
	l.Name, l.Environment = "it4bytes-sub-nowhere", "nowhere"
	_, err := w.azure.Get(t.Context(), l, exported)
	refused(t, err, fault.Invalid)
}

func TestWhatTheBlobServiceRefusesIsNamed(t *testing.T) {
	for _, c := range []struct {
		fault kernel.Fault
		want  fault.Kind
	}{
		{kernel.Fault{Status: 503, Code: "ServerBusy"}, fault.Transient},
		{kernel.Fault{Status: 429, Code: "TooManyRequests"}, fault.Throttled},
		{kernel.Fault{Status: 401, Code: "InvalidAuthenticationInfo"}, fault.SessionExpired},
		{kernel.Fault{Status: 403, Code: "AuthorizationFailure"}, fault.Denied},
	} {
		w := morning(t, quickly)
		l := landings(t)[0]
		w.kept(l, "one")
		c.fault.Match = kernel.Match{Cloud: "azure", Operation: "blobs.get"}
		c.fault.Message = "said the service"
		w.kernel.Order(c.fault)
		_, err := w.azure.Get(t.Context(), l, exported)
		f := fault.As(err)
		if f == nil || f.Kind != c.want || f.Service != "Microsoft.Storage" || f.Code != c.fault.Code || f.Message != "said the service" {
			t.Errorf("%s: %+v, want %s with the service's own words", c.fault.Code, f, c.want)
		}
	}
}
