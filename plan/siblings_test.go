package plan

import (
	"reflect"
	"strings"
	"testing"
)

func TestTheManagementLandingOfAWSKnowsItsSiblingsAndNoOtherLandingDoes(t *testing.T) {
	p := mustParse(t, strings.Replace(sound, "tags: {owner: platform}", `tags: {owner: platform, note: "of-{env}"}`, 1))
	p.Landings = append(p.Landings, Exception{
		Cloud: AWS, Environment: "dti", Name: "old dti", Email: "root@acme.example", Adopt: Adopt{Name: "Acme Test"},
	})
	ls := resolve(t, p)
	got, want := ls["aws/mgmt"].Siblings, []Sibling{
		{Environment: "prod", Name: "acme-prod", Email: "aws+prod@acme.example", ID: "444455556666", Tags: map[string]string{"note": "of-prod"}},
		{Environment: "dti", Name: "old dti", Email: "root@acme.example", Called: "Acme Test", Tags: map[string]string{"note": "of-dti"}},
		{Environment: "mgmt", Name: "acme-mgmt", Email: "aws+mgmt@acme.example"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for id, l := range ls {
		if id != "aws/mgmt" && l.Siblings != nil {
			t.Errorf("%s: got the siblings %+v, want none", id, l.Siblings)
		}
	}
}

func TestALandingThatThePlanSkipsIsNobodysSibling(t *testing.T) {
	p := mustParse(t, sound)
	p.Landings = append(p.Landings, Exception{Cloud: AWS, Environment: "dti", Skip: true, Reason: "later", Until: "2027-03-31"})
	var got []string
	for _, s := range resolve(t, p)["aws/mgmt"].Siblings {
		got = append(got, s.Environment)
	}
	if strings.Join(got, " ") != "prod mgmt" {
		t.Errorf("got %v, want prod and mgmt", got)
	}
}
