package azure_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestTheGreenfieldBeginsWithNothingButAnInvoiceSection(t *testing.T) {
	b, err := os.ReadFile("../../devstack/scenario/greenfield.azure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const green = "11111111-2222-4333-8444-555566660000"
	w := open(t, strings.Replace(string(b), green, tenant, 1), nil)
	if members, _ := w.arm(http.MethodGet, "/subscriptions", nil).at("value").([]any); len(members) != 0 {
		t.Errorf("got %v, want no subscription", members)
	}
	if got := w.graph(http.MethodGet, "policies/identitySecurityDefaultsEnforcementPolicy", nil).at("isEnabled"); got != false {
		t.Errorf("got %v, want Security Defaults off", got)
	}
	o := order("green-prod")
	o["properties"].(object)["billingScope"] = "/providers/Microsoft.Billing/billingAccounts/green/billingProfiles/main/invoiceSections/core"
	made := w.arm(http.MethodPut, aliases+"green-prod", o)
	done(t, made, http.StatusCreated)
	path := "/subscriptions/" + made.at("properties", "subscriptionId").(string)
	done(t, w.arm(http.MethodGet, path, nil), http.StatusOK)
	if got := w.arm(http.MethodGet, path+"/providers/Microsoft.Network", nil).at("registrationState"); got != "NotRegistered" {
		t.Errorf("got %v, want NotRegistered in a new subscription", got)
	}
}

func TestADeletedResourceGroupTakesWhatIsInItAlong(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.network.operation": "30ms"})
	begun := w.arm(http.MethodDelete, group, nil)
	done(t, begun, http.StatusAccepted)
	refused(t, w.arm(http.MethodPut, group+"/providers/Microsoft.Network/dnsZones/a.example", object{"location": "global"}), http.StatusConflict, "ResourceGroupBeingDeleted")
	time.Sleep(40 * time.Millisecond)
	done(t, w.send(http.MethodGet, begun.header.Get("Location"), "", w.token(arm), nil), http.StatusNoContent)
	refused(t, w.arm(http.MethodGet, group, nil), http.StatusNotFound, "ResourceGroupNotFound")
	done(t, w.arm(http.MethodPut, group, object{"location": "eastus"}), http.StatusCreated)
	refused(t, w.arm(http.MethodGet, group+"/providers/Microsoft.Network/virtualNetworks/vnet-main", nil), http.StatusNotFound, "ResourceNotFound")
}

func TestALostAnswerLeavesTheDeedDone(t *testing.T) {
	w := open(t, itbytes(t), nil)
	w.token(arm)
	w.k.Order(kernel.Fault{Match: kernel.Match{Cloud: "azure", Operation: "aliases.put"}, Times: 1, Do: kernel.DoLose})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.URL+aliases+"it4bytes-dti?api-version=2021-10-01", strings.NewReader(string(encode(t, order("dti")))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token(arm))
	if resp, err := w.Client().Do(r); err == nil {
		_ = resp.Body.Close()
		t.Fatalf("got %d, want a dropped connection", resp.StatusCode)
	}
	done(t, w.arm(http.MethodGet, aliases+"it4bytes-dti", nil), http.StatusOK)
}

func TestTheStateShowsWhatStands(t *testing.T) {
	w := open(t, itbytes(t), nil)
	state, _ := w.k.State()["azure"].(object)
	subscriptions, _ := state["subscriptions"].(object)
	s, _ := subscriptions[strings.TrimPrefix(sub, "/subscriptions/")].(object)
	groups, _ := s["resourceGroups"].(object)
	production, _ := groups["rg-production"].(object)
	if got := len(production["resources"].([]object)); got != 2 {
		t.Errorf("got %d resources in rg-production, want the network and its security group", got)
	}
	if state["securityDefaults"] != true || s["displayName"] != "Azure subscription 1" {
		t.Errorf("got %v, want the estate of the paper", s)
	}
}

func TestManySubscriptionsAreAnsweredAsFastAsOne(t *testing.T) {
	var estate strings.Builder
	estate.WriteString("tenant: " + tenant + "\nsubscriptions:\n")
	for i := range 1000 {
		id := strings.Replace("5b0c3a1e-8f64-4d0b-b1a2-90c4e77d0000", "0000", string([]byte{'0' + byte(i/1000), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}), 1)
		estate.WriteString("  - {id: " + id + ", displayName: s, resources: [{type: Microsoft.Resources/resourceGroups, name: rg, location: eastus}]}\n")
	}
	w := open(t, estate.String(), nil)
	w.token(arm)
	began := time.Now()
	for range 200 {
		done(t, w.arm(http.MethodGet, "/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d0500/resourceGroups/rg", nil), http.StatusOK)
	}
	if got := time.Since(began); got > 2*time.Second {
		t.Errorf("200 reads among a thousand subscriptions took %s, want under 2s", got)
	}
}
