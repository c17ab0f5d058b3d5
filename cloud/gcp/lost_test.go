package gcp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestEveryWriteMayLoseItsAnswerOnceAndNothingIsMadeTwice(t *testing.T) {
	w := newWorld(t, nil)
	once := []string{
		"CreateProject", "UpdateProjectBillingInfo", "BatchEnableServices", "serviceAccounts.create", "workloadIdentityPools.create",
		"workloadIdentityPools.providers.create", "serviceAccounts.setIamPolicy", "serviceAccounts.keys.upload", "SetIamPolicy",
		"UpdateSecurityCenterService", "CreatePolicy", "networks.insert", "subnetworks.insert", "securityPolicies.insert", "managedZones.create",
	}
	for _, op := range once {
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: op}, Do: kernel.DoLose, Times: 1})
	}
	l := landing(t, "mgmt")
	w.land(t, l, "")
	for _, op := range once {
		if w.calls("write", op) == 0 {
			t.Errorf("%s was never asked for, so that nothing of it was lost", op)
		}
	}
	w.standsOnce(t, l)
	before := w.calls("write", "")
	for name, o := range w.land(t, l, "") {
		if o.Change.Op != plan.None {
			t.Errorf("second run, %s: got %s %+v", name, o.Change.Op, o.Change)
		}
	}
	if got := w.calls("write", ""); got != before {
		t.Errorf("the second run wrote %d times", got-before)
	}
	w.noSecretCameUp(t)
}

// standsOnce looks in Google's own state for anything that is there twice, and for a key that nobody has.
func (w *world) standsOnce(t *testing.T, l plan.Landing) {
	t.Helper()
	p := w.everythingIn(t, l.Name)
	accounts, keys := 0, 0
	for email, a := range p.ServiceAccounts {
		if !strings.Contains(email, "-compute@") {
			accounts, keys = accounts+1, keys+len(a.Keys)
		}
	}
	for what, n := range map[string][2]int{
		"network": {len(p.Networks), 1}, "subnets": {len(p.Subnetworks), len(l.Network.Subnets)}, "armor": {len(p.SecurityPolicies), 1}, "zone": {len(p.DNSZones), 1},
		"policies": {len(p.OrgPolicies), 5}, "account": {accounts, 1}, "key": {keys, 1},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: got %d, want %d", what, n[0], n[1])
		}
	}
	var pools map[string]any
	decodeInto(t, w.kernel.State()["gcp"].(map[string]any)["workloadIdentityPools"], &pools)
	if len(pools) != 1 {
		t.Errorf("got %d pools, want 1", len(pools))
	}
	for _, a := range p.ServiceAccounts {
		for _, k := range a.Keys {
			if id := k.(map[string]any)["id"]; id != w.keeper.items[credential].Plain["key id"] {
				t.Errorf("the key %v is not the one in the vault", id)
			}
		}
	}
}

func TestReadsThatFailPassinglyOnlyTakeLonger(t *testing.T) {
	w := newWorld(t, nil)
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Kind: "read"}, After: 5, Times: 10, Status: 503, Code: "UNAVAILABLE"})
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Kind: "read"}, After: 30, Times: 5, Do: kernel.DoReset})
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Kind: "write"}, Times: 5, Status: 429, Code: "RESOURCE_EXHAUSTED", Message: "Quota exceeded for quota metric 'Write requests'"})
	w.land(t, landing(t, "mgmt"), "")
	if got := w.calls("write", "CreateProject"); got < 2 {
		t.Errorf("no write was throttled: CreateProject came %d times", got)
	}
}

// A key that stands since years may be in use, whoever made the account; one made minutes ago is an earlier attempt's.
func TestOnlyARecentKeyIsTakenForAnOrphan(t *testing.T) {
	const account = "projects/p-1/serviceAccounts/itmanagesgcp@p-1.iam.gserviceaccount.com"
	var deleted []string
	made := false
	now := time.Now().UTC().Format(time.RFC3339)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		say := func(format string, a ...any) { _, _ = io.WriteString(w, fmt.Sprintf(format, a...)) }
		switch p := r.URL.Path; {
		case p == "/oauth2/token":
			say(`{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}`)
		case r.Method == http.MethodDelete:
			deleted = append(deleted, filepath.Base(p))
			say(`{}`)
		case strings.HasSuffix(p, "/keys:upload"):
			w.WriteHeader(http.StatusBadRequest)
			say(`{"error":{"code":400,"status":"FAILED_PRECONDITION","message":"Constraint constraints/iam.disableServiceAccountKeyUpload violated."}}`)
		case strings.HasSuffix(p, "/keys") && r.Method == http.MethodPost:
			made = true
			say(`{"name":"%s/keys/new","privateKeyData":"e30="}`, account)
		case strings.HasSuffix(p, "/keys") && made:
			say(`{"keys":[{"name":"%s/keys/new","validAfterTime":"%s"}]}`, account, now)
		case strings.HasSuffix(p, "/keys"):
			say(`{"keys":[{"name":"%[1]s/keys/old","validAfterTime":"2020-01-01T00:00:00Z"},{"name":"%[1]s/keys/orphan","validAfterTime":"%[2]s"}]}`, account, now)
		case strings.HasSuffix(p, ":testIamPermissions"):
			say(`{"permissions":["iam.serviceAccountKeys.create","iam.serviceAccountKeys.delete"]}`)
		case strings.HasSuffix(p, ":getEffectivePolicy"):
			say(`{"name":"projects/1/policies/x","spec":{"rules":[{"enforce":false}]}}`)
		default:
			say(`{"name":"%s","email":"itmanagesgcp@p-1.iam.gserviceaccount.com","description":"landfall-plan=itbytes"}`, account)
		}
	}))
	defer srv.Close()
	sessions := t.TempDir()
	if err := os.WriteFile(filepath.Join(sessions, "gcp-admin.json"), []byte(`{"type":"authorized_user","client_id":"c","client_secret":"d","refresh_token":"r"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	k := newKeeper()
	w := &world{Cloud: gcp.New(gcp.Options{Haste: 1e6, Endpoint: srv.URL, Sessions: sessions, Keeper: k})}
	l := landing(t, "mgmt")
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), map[string]string{plan.FactContainer: "p-1", names.FactNumber: "1"}, true)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s, %v", out.State, err)
	}
	if got := strings.Join(deleted, ","); got != "orphan" {
		t.Errorf("deleted %q, want the orphan alone", got)
	}
}

func TestApplicationDefaultCredentialsAreALoginToo(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "prod")
	l.Login = plan.Login{Name: "ambient", Type: "gcp-default"}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(w.sessions, "gcp-admin.json"))
	if out := w.land(t, l, "labels"); out["project"].Receipt.ID != "it4bytes-prod-core" {
		t.Errorf("got %q", out["project"].Receipt.ID)
	}
}
