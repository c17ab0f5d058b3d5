package failing

import (
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestEachCloudSaysEveryKindThatItHasWordsFor(t *testing.T) {
	lacks := map[string][]string{"aws": {retired, bug}, "azure": nil, "gcp": {pendingApproval}}
	for cloud, without := range lacks {
		for _, kind := range Kinds() {
			if got, want := Knows(cloud, kind), !slices.Contains(without, kind); got != want {
				t.Errorf("%s says %s: %v, want %v", cloud, kind, got, want)
			}
		}
	}
	if Knows("moon", denied) || Knows("aws", "Tired") {
		t.Error("a cloud or a kind that nobody has heard of is known")
	}
}

func TestEachRowOfATableIsSaidToSomeCall(t *testing.T) {
	for _, cloud := range []string{"aws", "azure", "gcp"} {
		for i, r := range table(cloud) {
			if !slices.Contains(Kinds(), r.kind) {
				t.Errorf("%s, row %d: nobody orders the kind %q", cloud, i, r.kind)
			}
			c := kernel.Call{Cloud: cloud, Service: "another", Operation: "Another", Write: r.only != reads}
			if len(r.services) > 0 {
				c.Service = r.services[len(r.services)-1]
			}
			if len(r.begins) > 0 {
				c.Operation = r.begins[0]
			}
			said, meant := Words(c, r.kind)
			if !meant || said.Code != r.code || said.Status != r.status || said.Do != r.do {
				t.Errorf("%s, row %d (%s %s): a call to %s %s is answered %s, so that another row is said in its place", cloud, i, r.kind, r.code, c.Service, c.Operation, said.Code)
			}
		}
	}
}

func TestAnAnswerThatRefusesHasAStatusAndWords(t *testing.T) {
	for _, cloud := range []string{"aws", "azure", "gcp"} {
		for i, r := range table(cloud) {
			if r.do == "" && (r.status < 400 || r.status > 599 || r.message == "") {
				t.Errorf("%s, row %d (%s): status %d, message %q", cloud, i, r.kind, r.status, r.message)
			}
		}
	}
}

func TestACallIsNamedInTheWordsAndAKindThatIsOnlySaidToWritesPassesReadsBy(t *testing.T) {
	c := kernel.Call{Cloud: "aws", Scope: "862973411383", Service: "ec2", Operation: "CreateVpc", Write: true}
	said, meant := Words(c, denied)
	if want := "ec2:CreateVpc"; !meant || said.Code != "UnauthorizedOperation" || !strings.Contains(said.Message, want) || !strings.Contains(said.Message, c.Scope) {
		t.Errorf("denied: got %+v, want %s in %s named", said, want, c.Scope)
	}
	if said, _ := Words(c, quota); said.Code != "VpcLimitExceeded" {
		t.Errorf("quota: got %s, want VpcLimitExceeded", said.Code)
	}
	c.Operation, c.Write = "DescribeVpcs", false
	for _, kind := range []string{quota, conflict, ambiguous, propagating} {
		if said, meant := Words(c, kind); meant {
			t.Errorf("%s: a read is answered %+v", kind, said)
		}
	}
}
