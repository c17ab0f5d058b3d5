package plan

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func credentials(tb testing.TB, p Plan) map[string]Credential {
	tb.Helper()
	all, err := p.Credentials()
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]Credential{}
	for _, c := range all {
		if _, twice := out[c.ID]; twice {
			tb.Errorf("two credentials are called %s", c.ID)
		}
		out[c.ID] = c
	}
	return out
}

func TestCredentialsComeByCloudAndLandingAndLiveWhereTheirIdentityDoes(t *testing.T) {
	for file, want := range map[string][]string{
		"itbytes": {
			"aws-prod-keys aws-access-key aws/prod op://itbytes-internal/aws-prod",
			"aws-dti-keys aws-access-key aws/dti op://itbytes-internal/aws-dti",
			"itmanageso365 entra-certificate azure/mgmt op://itbytes-internal/entra-app-itmanageso365",
			"itmanagesgcp gcp-key gcp/mgmt op://itbytes-internal/itmanagesgcp-gcp",
		},
		"greenfield": { // two identities of one name
			"aws-prod-keys aws-access-key aws/prod op://green-internal/aws-prod",
			"aws-dti-keys aws-access-key aws/dti op://green-internal/aws-dti",
			"greenautomation-azure entra-certificate azure/mgmt op://green-internal/entra-app-greenautomation",
			"greenautomation-gcp gcp-key gcp/mgmt op://green-internal/greenautomation-gcp",
		},
		"aws-only": nil,
	} {
		b, err := os.ReadFile("../examples/" + file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		all, err := mustParse(t, string(b)).Credentials()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range all {
			got = append(got, c.ID+" "+string(c.Kind)+" "+c.Landing.ID()+" "+c.Item)
			if c.Landing.Siblings != nil || c.Landing.Identities != nil || c.Landing.Cloud != c.Cloud {
				t.Errorf("%s: got the landing %+v, want its own without siblings, and without the other identities", c.ID, c.Landing)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", file, got, want)
		}
	}
}

func TestACredentialHasEveryDefaultSettledByItsKind(t *testing.T) {
	p := mustParse(t, strings.Replace(sound, "{name: robot-gcp, cloud: gcp, trust", "{name: robot-gcp, cloud: gcp, credential: op://acme/gcp, trust", 1))
	p.Rotation = Rotation{}
	all := credentials(t, p)
	for id, want := range map[string]Credential{
		"keys":        {Kind: AccessKey, MaxAge: 90 * day, Grace: 24 * time.Hour, Observe: 24 * time.Hour},
		"robot-azure": {Kind: EntraCertificate, MaxAge: 90 * day, Grace: 72 * time.Hour},
		"robot-gcp":   {Kind: ServiceKey, MaxAge: 90 * day, Grace: 24 * time.Hour, Observe: 24 * time.Hour},
	} {
		got, there := all[id]
		if !there || got.Kind != want.Kind || got.MaxAge != want.MaxAge || got.Grace != want.Grace || got.Observe != want.Observe {
			t.Errorf("%s: got %+v, want %+v", id, got, want)
		}
		if got.Plan != "acme" || got.Owner != "platform@acme.example" || len(got.Consumers) != 0 {
			t.Errorf("%s: got %+v, want the plan's name and owner", id, got)
		}
	}
	keys, robot := all["keys"], all["robot-azure"]
	if keys.Login == nil || keys.Login.User != "landfall" || keys.Login.Account != "444455556666" || keys.Identity != nil || keys.Landing.Login.Name != "sso" {
		t.Errorf("got %+v, want the fallback's user, looked after by the landing's own login", keys)
	}
	if f := keys.Landing.Fallback; f == nil || f.Name != "keys" {
		t.Errorf("got the fallback %+v, want the key itself, for when the landing's own login is lost", f)
	}
	if robot.Identity == nil || robot.Identity.Name != "robot-azure" || robot.Identity.CredentialDays != 90 || robot.Login != nil {
		t.Errorf("got %+v, want the identity with its defaults", robot.Identity)
	}
	p.Identities[0].CredentialType = "secret"
	if got := credentials(t, p)["robot-azure"].Kind; got != EntraSecret {
		t.Errorf("got %s where the plan says secret, want %s", got, EntraSecret)
	}
}

func TestACredentialsRuleComesBeforeThePlansAndThePlansBeforeTheDefault(t *testing.T) {
	all := credentials(t, mustParse(t, sound))
	robot, keys := all["robot-azure"], all["keys"]
	if robot.MaxAge != 60*day || robot.Grace != 48*time.Hour || robot.Observe != 0 {
		t.Errorf("got %s, %s and %s, want the plan's 60 days, its own 48 hours and nothing to observe", robot.MaxAge, robot.Grace, robot.Observe)
	}
	if want := (Consumer{Name: "ci", Webhook: "https://ci.acme.example/keys", Key: "op://acme/hook", TTL: "2h"}); len(robot.Consumers) != 1 || robot.Consumers[0] != want {
		t.Errorf("got %+v, want %+v", robot.Consumers, want)
	}
	if keys.MaxAge != 60*day || keys.Grace != 24*time.Hour || keys.Observe != 12*time.Hour {
		t.Errorf("got %s, %s and %s, want the plan's 60 days, a day and its own 12 hours", keys.MaxAge, keys.Grace, keys.Observe)
	}
	p := mustParse(t, strings.NewReplacer("id: robot-azure,", "id: Robot-Azure, owner: ci-team, maxAge: 30d,", "maxAge: 60d", "maxAge: 60d\n  grace: 30h\n  observe: 0m").Replace(sound))
	all = credentials(t, p)
	if robot, keys = all["robot-azure"], all["keys"]; robot.Owner != "ci-team" || robot.MaxAge != 30*day || keys.Grace != 30*time.Hour || keys.Observe != 12*time.Hour {
		t.Errorf("got %+v\nand %+v, want the rule found in whatever case, and the plan's grace", robot, keys)
	}
}

func TestAnOldKeyOutlivesWhateverAConsumerHasRead(t *testing.T) {
	for _, c := range []struct {
		grace     string
		consumers []Consumer
		want      time.Duration
	}{
		{"0m", nil, 15 * time.Minute},
		{"0m", []Consumer{{Name: "a"}}, 75 * time.Minute},
		{"1h", []Consumer{{Name: "a"}, {Name: "b", TTL: "8h"}}, 8*time.Hour + 15*time.Minute},
		{"9h", []Consumer{{Name: "a"}, {Name: "b", TTL: "8h"}}, 9 * time.Hour},
		{"", []Consumer{{Name: "a", TTL: "3d"}}, 3*day + 15*time.Minute},
	} {
		p := mustParse(t, sound)
		p.Rotation = Rotation{Credentials: []CredentialRule{{ID: "keys", Grace: c.grace, Consumers: c.consumers}}}
		got := credentials(t, p)["keys"]
		if got.Grace != c.want {
			t.Errorf("a grace of %q with %+v: got %s, want %s", c.grace, c.consumers, got.Grace, c.want)
		}
		for i, con := range got.Consumers {
			if con.TTL == "" || c.consumers[i].TTL == "" && con.TTL != "1h" {
				t.Errorf("got %+v, want an hour where nothing is said", con)
			}
			if p.Rotation.Credentials[0].Consumers[i] != c.consumers[i] {
				t.Error("the plan itself was changed")
			}
		}
	}
}

func TestTheKeyThatManyLandingsSignInByLivesInItsOwnAccount(t *testing.T) {
	p := mustParse(t, sound)
	p.Rotation = Rotation{}
	home := p.Clouds[AWS]
	home.Login = "keys"
	p.Clouds[AWS], p.Landings[0].Fallback = home, "sso"
	if got := credentials(t, p)["keys"].Landing; got.ID() != "aws/prod" || got.Login.Name != "keys" || got.Fallback.Name != "sso" {
		t.Errorf("got %s by %s, want the landing that adopts the key's account, by the key itself", got.ID(), got.Login.Name)
	}
	p.Landings[0].Adopt, p.Logins["keys"] = Adopt{}, Login{Type: "aws-keys", User: "landfall", Item: "op://acme/aws"}
	if got := credentials(t, p)["keys"].Landing.ID(); got != "aws/mgmt" {
		t.Errorf("got %s, want the management landing where no landing adopts the key's account", got)
	}
	p.Landings[0] = Exception{Cloud: AWS, Environment: "mgmt", Login: "sso"}
	if got := credentials(t, p)["keys"].Landing.ID(); got != "aws/prod" {
		t.Errorf("got %s, want the first that signs in by it", got)
	}
	p.Landings = append(p.Landings, Exception{Cloud: AWS, Environment: "prod", Skip: true, Reason: "later", Until: "2027-03-31"})
	if got := credentials(t, p)["keys"].Landing.ID(); got != "aws/dti" {
		t.Errorf("got %s, want the first that is landed", got)
	}
}

func TestAPlanThatIsNotSoundHasNoCredentials(t *testing.T) {
	p := mustParse(t, sound)
	p.Rotation.Schedules[0].Calendar = "never"
	if all, err := p.Credentials(); err == nil || all != nil {
		t.Errorf("got %v, %v, want the problem and no credential", all, err)
	}
}

func TestAScheduleTakesWhatItNamesByIDOrCloudAndElseAll(t *testing.T) {
	all := credentials(t, mustParse(t, sound))
	for _, c := range []struct {
		names       []string
		keys, robot bool
	}{
		{nil, true, true},
		{[]string{"keys"}, true, false},
		{[]string{"Robot-Azure"}, false, true},
		{[]string{"aws"}, true, false},
		{[]string{"gcp"}, false, false},
		{[]string{"azure", "keys"}, true, true},
	} {
		s := Schedule{Credentials: c.names}
		if keys, robot := s.Takes(all["keys"]), s.Takes(all["robot-azure"]); keys != c.keys || robot != c.robot {
			t.Errorf("%v: got %v and %v, want %v and %v", c.names, keys, robot, c.keys, c.robot)
		}
	}
}
