package plan

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// found is a credential with findings of one key, or one that could not be read.
func found(id string, fault *Note, findings ...Finding) CredentialReport {
	r := CredentialReport{ID: id, Fault: fault}
	r.Found("acme", findings...)
	return r
}

// said are the kinds of findings, by credential.
func said(all []Standing) []string {
	out := []string{}
	for _, s := range all {
		out = append(out, s.Credential+" "+string(s.Kind))
	}
	return out
}

func TestAFindingIsSaidOnceThenWeeklyAndOnceMoreWhenItHasEnded(t *testing.T) {
	old := found("robot", nil, Finding{Kind: OverAge, Key: "K1"})
	var mind []Standing
	var got []string
	for night := range 16 {
		at := noon.Add(time.Duration(night)*day + time.Duration(night%3-1)*50*time.Minute) // a night is not always at the same hour
		var turns Turns
		mind, turns = Follow(mind, []CredentialReport{old}, at)
		for range turns.New {
			got = append(got, "new "+strconv.Itoa(night))
		}
		for range turns.Again {
			got = append(got, "again "+strconv.Itoa(night))
		}
		if len(turns.Ended) != 0 {
			t.Fatalf("night %d: ended %v while it lasts", night, said(turns.Ended))
		}
	}
	if want := []string{"new 0", "again 7", "again 14"}; !slices.Equal(got, want) {
		t.Errorf("said %v, want %v", got, want)
	}
	if len(mind) != 1 || mind[0].Times != 3 || !mind[0].Since.Equal(noon.Add(-50*time.Minute)) {
		t.Errorf("remembered %+v, want it since the first night and said three times", mind)
	}
	mind, turns := Follow(mind, []CredentialReport{found("robot", nil)}, noon.Add(16*day))
	if len(mind) != 0 || !slices.Equal(said(turns.Ended), []string{"robot over-age"}) || turns.Ended[0].Became != "" || len(turns.New)+len(turns.Again) != 0 {
		t.Errorf("remembered %v, turns %+v; want it ended", mind, turns)
	}
}

func TestWhatExpiresIsSaidAtEachMarkAndAtNothingElse(t *testing.T) {
	var mind []Standing
	var got []string
	for left := 40; left > -3; left-- {
		at := noon.Add(-time.Duration(left) * day)
		c := connect()
		c.MaxAge = 400 * day
		r := c.Report(TokenClaims{ID: "jti1", Issued: noon.Add(-365 * day), Expires: noon}, at)
		var turns Turns
		mind, turns = Follow(mind, []CredentialReport{r}, at)
		for _, s := range slices.Concat(turns.New, turns.Again) {
			got = append(got, string(s.Kind)+" "+strconv.Itoa(left))
		}
		for _, s := range turns.Ended {
			got = append(got, "became "+string(s.Became)+" "+strconv.Itoa(left))
		}
	}
	want := []string{"expiring 30", "expiring 14", "expiring 7", "expiring 1", "expired 0", "became expired 0"}
	if !slices.Equal(got, want) {
		t.Errorf("said %v, want %v", got, want)
	}
}

func TestACredentialThatCannotBeReadEndsNothing(t *testing.T) {
	over, foreign := Finding{Kind: OverAge, Key: "K1"}, Finding{Kind: Foreign, Key: "K2"}
	mind, _ := Follow(nil, []CredentialReport{found("robot", nil, over, foreign), found("gone", nil, over)}, noon)
	mind, turns := Follow(mind, []CredentialReport{found("robot", &Note{Message: "the keys may not be listed"})}, noon.Add(day))
	if !slices.Equal(said(mind), []string{"robot over-age", "robot foreign"}) || !slices.Equal(said(turns.Ended), []string{"gone over-age"}) {
		t.Errorf("remembered %v, ended %v; want what could not be read to be known still, and what the plan has no more to have ended", said(mind), said(turns.Ended))
	}
	_, turns = Follow(mind, []CredentialReport{found("robot", nil, foreign)}, noon.Add(2*day))
	if !slices.Equal(said(turns.Ended), []string{"robot over-age"}) || len(turns.New) != 0 {
		t.Errorf("ended %v, new %v; want the one that was mended meanwhile", said(turns.Ended), said(turns.New))
	}
}

func TestWhatComesBackIsNewAgain(t *testing.T) {
	off := found("robot", nil, Finding{Kind: NotActive, Key: "K1"})
	mind, first := Follow(nil, []CredentialReport{off}, noon)
	mind, _ = Follow(mind, []CredentialReport{found("robot", nil)}, noon.Add(day))
	_, second := Follow(mind, []CredentialReport{off}, noon.Add(2*day))
	if len(first.New) != 1 || len(second.New) != 1 || first.New[0].UID != second.New[0].UID || first.New[0].Since.Equal(second.New[0].Since) {
		t.Errorf("%+v and %+v, want the same finding twice, since another time", first.New, second.New)
	}
}

func TestAFindingInTheJournalHoldsNothingThatIsTakenForASecret(t *testing.T) {
	c := fallback()
	const id = "AKIAIOSFODNN7EXAMPLE"
	old := Key{ID: id, State: KeyActive, Slot: Current, Created: ago(97 * day), Expires: noon.Add(10 * day), Used: ago(95 * day), Tells: true}
	r := CredentialReport{ID: c.ID, Landing: "aws/prod"}
	r.Found(c.Plan, FindingsOf(c, []Key{old, {ID: "AKIAIOSFODNN7EXAMPLF", State: KeyActive, Created: ago(day), Tells: true}}, Slotted{Keys: map[Slot]string{Current: id, Previous: "AKIAIOSFODNN7EXAMPLG"}}, noon)...)
	r.Findings = append(r.Findings, connect().Report(claims(85*day), noon).Findings...)
	_, turns := Follow(nil, []CredentialReport{r}, noon)
	if len(turns.New) < 5 {
		t.Fatalf("only %v was found", said(turns.New))
	}
	for _, s := range turns.New {
		for _, e := range []Entry{s.Entry(FindingOpen), s.Entry(FindingEnded)} {
			if field, what := e.Secret(); what != "" || e.ID != s.Key || strings.Contains(e.What, "  ") {
				t.Errorf("its field %s looks like %s: %+v", field, what, e)
			}
		}
	}
	if got := turns.New[0].Entry(FindingOpen); !strings.HasPrefix(got.What, "the key of landfall ") || got.After["finding"] != turns.New[0].UID {
		t.Errorf("got %+v, want it said of the key and named in its own field", got)
	}
	over := turns.New[0]
	over.Became = Expired
	if got := over.Entry(FindingEnded); !strings.HasPrefix(got.What, "it has become expired: the key of landfall ") || got.Before["since"] != "2026-12-01T12:00:00Z" || len(got.After) != 0 {
		t.Errorf("got %+v, want what it has become", got)
	}
}
