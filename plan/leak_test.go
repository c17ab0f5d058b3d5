package plan

import (
	"strings"
	"testing"
)

// planted are made-up secrets in the forms that clouds and tools give theirs. They are put together here so that no
// scanner of sources takes them for real.
func planted() map[string]string {
	return map[string]string{
		"AWS access key id":     "AKIA" + "IOSFODNN7EXAMPLE",
		"AWS secret access key": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
		"Entra client secret":   "abc8Q~" + "J1vU2nLx_0pT.q9RzYw3KsE5dHbG7mCfAo4i",
		"JWT":                   "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2ln",
		"Google API key":        "AIza" + "SyD3mKx9QwZr7LpT2vBn8YcF4hJ6sGdE1aU",
		"Google client secret":  "GOCSPX-" + "aB3dE5gH7jK9mN1pQ3sT5vX7",
		"Google refresh token":  "1//0" + "gdK3nQ8LzXw5YcGhIjKlMnOpQrStUvWxYz-AbCdEf",
		"Google access token":   "ya29." + "a0AfH6SMBx3kQ9zLw7Rv2Tn5Yp8Jd1Gm4",
		"private key":           "-----BEGIN RSA PRIVATE " + "KEY-----MIIEowIBAAKCAQEA",
		"GitHub token":          "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5",
		"password in a URL":     "https://bob:" + "hunter2hunter2@db.example.com",
		"random text":           "q7Rk2Wz9Xp4Lm8Tn3Vb6Yc1Jd5Gf0Hs",
		"hexadecimal key":       "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	}
}

func TestASecretIsRefusedWhereverItStandsAndNeverRepeated(t *testing.T) {
	for what, secret := range planted() {
		for _, e := range [][2]string{
			{"owner: platform}\n", "owner: \"SECRET\"}\n"},
			{"owner: platform}\n", "owner: platform, \"SECRET\": x}\n"},
			{"slug: acme", "slug: \"SECRET\""},
			{"reason: no quota", "reason: \"we wait, use SECRET meanwhile\""},
			{"role: Admin}", "role: Admin, key: \"SECRET\"}"},
			{"role: Admin}", "role: Admin, \"SECRET\": key}"},
			{"prefix: 20", "prefix: \"SECRET\""},
			{"login: sso}", "login: \"SECRET\"}"},
			{"op://acme/robot", "\"SECRET\""},
			{"[prod, dti, mgmt]", "[prod, dti, mgmt, \"SECRET\"]"},
			{"{O05: report}", "{\"SECRET\": report}"},
		} {
			_, err := Parse("plan.yaml", []byte(strings.Replace(sound, e[0], strings.ReplaceAll(e[1], "SECRET", secret), 1)))
			if err == nil || !strings.Contains(err.Error(), "a plan holds no secret") {
				t.Errorf("%s in %s: got %v, want it refused as a secret", what, e[1], err)
				continue
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s in %s: the error repeats it", what, e[1])
			}
		}
	}
}

func TestAFieldNamedForASecretIsRefusedUnlessItRefersToTheVault(t *testing.T) {
	for _, name := range []string{"password", "clientSecret", "secret_access_key", "API-Key", "refreshToken", "dbPassword", "private_key"} {
		_, err := Parse("plan.yaml", []byte(strings.Replace(sound, "role: Admin}", "role: Admin, "+name+": hunter2}", 1)))
		if err == nil || !strings.Contains(err.Error(), "a secret, by its name") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want it refused without its value", name, err)
		}
	}
	_, err := Parse("plan.yaml", []byte(strings.Replace(sound, "role: Admin}", "role: Admin, password: op://acme/x}", 1)))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want an unknown field and no more", err)
	}
}

func TestWhatIsLongAndPublicIsNoSecret(t *testing.T) {
	for _, s := range []string{
		"7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111",
		"/providers/Microsoft.Billing/billingAccounts/e879cf0f-2b4d-5431-109a-f72fc9868693:024cabf4-7321-4cf9-be59-df0c77ca51de_2019-05-31/billingProfiles/PE2Q-NOIT-BG7-TGB/invoiceSections/MTT4-OBS7-PJA-TGB",
		"billingAccounts/0A1B2C-3D4E5F-6A7B8C",
		"https://d-90677a1b2c.awsapps.com/start",
		"o-a1b2c3d4e5", "vpc-0a1b2c3d4e5f67890", "subnet-0a1b2c3d4e5f67890", "ou-ab12-c3d4e5f6",
		"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess",
		"/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222/resourceGroups/rg-production/providers/Microsoft.Network/virtualNetworks/vnet-main",
		"123456789012-a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6.apps.googleusercontent.com",
		"repo:it4bytes/platform:environment:prod", "op://itbytes-internal/entra-app-itmanageso365",
		"landfall-prod-eu-west-1-network-2026-11-23", "AWSServiceRoleForOrganizations", "OrganizationAccountAccessRole",
		"roles/iam.serviceAccountTokenCreator", "no secret: federation only", "token rotation waits for approval of CHG0012345678",
		"it4bytes-sub-prod-core", "aws+prod@it4bytes.example", "my-team-platform-engineering@really-long-company-name.example.com",
	} {
		if what := secretIn(s, ""); what != "" {
			t.Errorf("%s is taken for %s", s, what)
		}
	}
}
