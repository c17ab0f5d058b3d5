package wire

import (
	"net/url"
	"reflect"
	"testing"
)

type sample struct {
	Name  string
	On    *bool
	Tags  []struct{ Key, Value string }
	Other int `form:"Count"`
}

func TestAFormIsReadInBothDialectsAndNothingIsOverlooked(t *testing.T) {
	for word, text := range map[string]string{
		"member": "Action=A&Name=n&On=false&Count=3&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.2.Key=c&Unknown.1=x",
		"":       "Action=A&Name=n&On=false&Count=3&Tags.1.Key=a&Tags.1.Value=b&Tags.2.Key=c&Unknown.1=x",
	} {
		values, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		var got sample
		left, err := Form(values, word, &got)
		if err != nil {
			t.Fatal(err)
		}
		off := false
		want := sample{Name: "n", On: &off, Other: 3, Tags: []struct{ Key, Value string }{{"a", "b"}, {"c", ""}}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", word, got, want)
		}
		if !reflect.DeepEqual(left, []string{"Unknown.1"}) {
			t.Errorf("%q: got %v left over, want Unknown.1", word, left)
		}
	}
}

func TestANumberThatIsNoneIsRefused(t *testing.T) {
	var into sample
	if _, err := Form(url.Values{"Count": {"many"}}, "", &into); err == nil {
		t.Error("got no error for a number that is none")
	}
}
