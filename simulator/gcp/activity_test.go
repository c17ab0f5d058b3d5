package gcp

import (
	"fmt"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const activities = "GET /policyanalyzer/v1/" + standing + "/locations/global/activityTypes/serviceAccountKeyLastAuthentication/activities:query"

func TestTheDayOnWhichAKeyLastSignedInIsToldOnceItIsOver(t *testing.T) {
	d := raise(t, nil)
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	id := d.must("POST "+robot+"/keys:upload", fmt.Sprintf(`{"publicKeyData": %q}`, certificate(t)))["name"].(string)[len(robot)-len("/iam/v1/")+len("/keys/"):]
	if got := d.must(activities, ""); len(got) != 0 {
		t.Errorf("of a key that was made just now: got %v, want nothing told", got)
	}
	recall := func(made, used string) {
		t.Helper()
		if err := d.k.Perform(kernel.Act{Cloud: "gcp", Do: "recallKey", With: map[string]string{"key": id, "made": made, "used": used}}); err != nil {
			t.Fatal(err)
		}
	}
	recall("2024-05-01T00:00:00Z", "")
	name := "//iam.googleapis.com/" + robot[len("/iam/v1/"):] + "/keys/" + id
	asked := activities + "?filter=activities.fullResourceName%3D%22" + name + "%22"
	one := d.must(asked, "")["activities"].([]any)[0].(map[string]any)
	if got := one["activity"].(map[string]any)["lastAuthenticatedTime"]; got != nil {
		t.Errorf("of a key that never signed in: got %v", got)
	}
	recall("", "2024-05-03T06:59:00Z")
	recall("", time.Now().UTC().Format(time.RFC3339)) // today is not over
	one = d.must(asked, "")["activities"].([]any)[0].(map[string]any)
	if got, want := one["activity"].(map[string]any)["lastAuthenticatedTime"], "2024-05-02T07:00:00Z"; got != want || one["fullResourceName"] != name {
		t.Errorf("got %v of %v, want the day that began at %s", got, one["fullResourceName"], want)
	}
	d.refuses(activities+"?filter=name%3Dx", "", 400, "INVALID_ARGUMENT")
	if got := d.must(activities+"?filter=activities.fullResourceName%3D%22another%22", ""); len(got) != 0 {
		t.Errorf("of another key: got %v", got)
	}
}
