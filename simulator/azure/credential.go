package azure

import (
	"crypto/sha1" //nolint:gosec // customKeyIdentifier is a SHA-1 thumbprint
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// secret is a client secret of an application.
type secret struct {
	keyID, name, value string
	start, end, known  time.Time
	usage              usage
}

// render writes a secret without its value.
func (s *secret) render() obj {
	return obj{
		"keyId": s.keyID, "displayName": s.name, "hint": s.value[:3], "customKeyIdentifier": nil, "secretText": nil,
		"startDateTime": s.start.Format(time.RFC3339), "endDateTime": s.end.Format(time.RFC3339),
	}
}

// certificate is a key credential of an application.
type certificate struct {
	keyID, name, key, thumb string
	start, end, known       time.Time
	usage                   usage
}

func (k *certificate) render(full bool) obj {
	o := obj{
		"keyId": k.keyID, "displayName": k.name, "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": k.thumb, "key": nil,
		"startDateTime": k.start.Format(time.RFC3339), "endDateTime": k.end.Format(time.RFC3339),
	}
	if full {
		o["key"] = k.key
	}
	return o
}

func credentialRoutes() []graphRoute {
	const write = "Application.ReadWrite.All"
	return []graphRoute{
		{"POST", "applications/{id}/addPassword", "applications.addPassword", write, addPassword},
		{"POST", "applications/{id}/removePassword", "applications.removePassword", write, removePassword},
		{"POST", "servicePrincipals/{id}/addPassword", "servicePrincipals.addPassword", write, addPrincipalPassword},
		{"POST", "servicePrincipals/{id}/removePassword", "servicePrincipals.removePassword", write, removePrincipalPassword},
	}
}

func addPassword(a *graphAsk) {
	if app := a.application(); app != nil {
		a.addSecret(&app.secrets, app.appID)
	}
}

func addPrincipalPassword(a *graphAsk) {
	sp := a.principal(a.keys[0])
	if sp == nil {
		a.absent(a.keys[0])
		return
	}
	a.addSecret(&sp.secrets, sp.appID)
}

// addSecret makes a client secret and shows it, once.
func (a *graphAsk) addSecret(secrets *[]*secret, appID string) {
	given := object(a.body, "passwordCredential")
	s := &secret{keyID: newID(), name: text(given, "displayName"), value: kernel.Random(3)[:3] + "8Q~" + kernel.Random(17), start: a.k.Now(), known: a.k.Later("azure.graph.replication")}
	s.end = s.start.AddDate(2, 0, 0)
	for field, into := range map[string]*time.Time{"startDateTime": &s.start, "endDateTime": &s.end} {
		if v := text(given, field); v != "" {
			t, err := time.Parse(time.RFC3339, v)
			if err != nil {
				a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid value specified for property '"+field+"' of resource 'PasswordCredential'.")
				return
			}
			*into = t.UTC()
		}
	}
	if a.overlong(s.start, s.end, a.estate.MaxSecretDays) {
		return
	}
	if !s.end.After(s.start) {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Key credential end date is invalid.")
		return
	}
	*secrets = append(*secrets, s)
	a.k.Mint(kernel.Secret{Cloud: "azure", Scope: a.tenant, ID: "client secret " + s.keyID + " of " + appID, Value: s.value})
	o := s.render()
	o["secretText"] = s.value
	o["@odata.context"] = base(a.r) + "/graph/v1.0/$metadata#microsoft.graph.passwordCredential"
	a.ok(http.StatusOK, o)
}

// overlong refuses a credential that lasts longer than the app management policy allows.
func (a *graphAsk) overlong(start, end time.Time, days int) bool {
	over := days > 0 && end.Sub(start) > time.Duration(days)*24*time.Hour+time.Second
	if over {
		a.graphFail(http.StatusBadRequest, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy.")
	}
	return over
}

func removePassword(a *graphAsk) {
	if app := a.application(); app != nil {
		a.removeSecret(&app.secrets)
	}
}

func removePrincipalPassword(a *graphAsk) {
	sp := a.principal(a.keys[0])
	if sp == nil {
		a.absent(a.keys[0])
		return
	}
	a.removeSecret(&sp.secrets)
}

func (a *graphAsk) removeSecret(secrets *[]*secret) {
	id := text(a.body, "keyId")
	i := slices.IndexFunc(*secrets, func(s *secret) bool { return strings.EqualFold(s.keyID, id) })
	if i < 0 {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "No password credential found with keyId '"+id+"'.")
		return
	}
	*secrets = slices.Delete(*secrets, i, i+1)
	a.ok(http.StatusNoContent, nil)
}

// certify replaces the key credentials of an application with those of the body: it names all that are to stand. One that
// stands may be named by its key id alone.
func (a *graphAsk) certify(app *application) bool {
	var next []*certificate
	for _, given := range objects(a.body, "keyCredentials") {
		i := slices.IndexFunc(app.keys, func(k *certificate) bool { return strings.EqualFold(k.keyID, text(given, "keyId")) })
		if text(given, "key") == "" && i >= 0 {
			next = append(next, app.keys[i])
			continue
		}
		k, err := readCertificate(given)
		if err != nil {
			a.graphFail(http.StatusBadRequest, "KeyCredentialsInvalidEndDate", "Key credential is invalid: "+err.Error()+".")
			return false
		}
		k.known = a.k.Later("azure.graph.replication")
		if i >= 0 && app.keys[i].key == k.key {
			k.known, k.usage = app.keys[i].known, app.keys[i].usage
		} else if a.overlong(k.start, k.end, a.estate.MaxCertificateDays) {
			return false
		}
		next = append(next, k)
	}
	app.keys = next
	return true
}

func readCertificate(given obj) (*certificate, error) {
	der, err := base64.StdEncoding.DecodeString(text(given, "key"))
	if err != nil {
		return nil, fmt.Errorf("the key is not base64")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("the key is not an X.509 certificate")
	}
	if text(given, "type") != "AsymmetricX509Cert" || text(given, "usage") != "Verify" {
		return nil, fmt.Errorf("type must be AsymmetricX509Cert and usage Verify")
	}
	sum := sha1.Sum(der) //nolint:gosec // see the import
	k := &certificate{
		keyID: text(given, "keyId"), name: text(given, "displayName"), key: text(given, "key"), thumb: base64.StdEncoding.EncodeToString(sum[:]),
		start: cert.NotBefore.UTC(), end: cert.NotAfter.UTC(),
	}
	if k.keyID == "" {
		k.keyID = newID()
	}
	if v := text(given, "customKeyIdentifier"); v != "" {
		k.thumb = v
	}
	if v := text(given, "endDateTime"); v != "" {
		end, err := time.Parse(time.RFC3339, v)
		if err != nil || end.After(cert.NotAfter) {
			return nil, fmt.Errorf("the end date is after that of the certificate")
		}
		k.end = end.UTC()
	}
	return k, nil
}
