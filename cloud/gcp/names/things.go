package names

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// Network is the name of a landing's network.
func Network(l plan.Landing) string {
	return l.Adopted("vpc", Thing(l.Slug+"-"+l.Environment+"-vpc", 63))
}

// Armor is the name of a landing's Cloud Armor policy.
func Armor(l plan.Landing) string {
	return l.Adopted("cloud-armor", Thing(l.Slug+"-"+l.Environment+"-armor", 63))
}

// Zone is the name of the managed zone of a DNS domain.
func Zone(domain string) string { return Thing(strings.TrimSuffix(domain, "."), 63) }

// Account is the id of an identity's service account: 6 to 30 lower-case letters, digits and hyphens.
func Account(id plan.Identity) string {
	name := Thing(id.Name, 30)
	if len(name) < 6 {
		name += "-account"
	}
	return name
}

// Email is the address of a service account.
func Email(account, project string) string {
	return account + "@" + project + ".iam.gserviceaccount.com"
}

// Pool is the id of an identity's workload identity pool; Google keeps gcp- for itself.
func Pool(id plan.Identity) string {
	name := Account(id)
	if strings.HasPrefix(name, "gcp-") {
		return Thing("landfall-"+name, 32)
	}
	return name
}

// Provider is the id of the pool's provider for one trust.
func Provider(tr plan.Trust) string { return Thing("oidc-"+tr.Name, 32) }

// Home reports whether an identity is made in this landing.
func Home(id plan.Identity, l plan.Landing) bool {
	return id.Home == l.Environment || (id.Home == "" && l.Management)
}

// Step is the name of an identity's step: account-itmanagesgcp.
func Step(what string, id plan.Identity) string { return what + "-" + strings.ToLower(id.Name) }

// Role is a role as policies name it; the plan may leave the roles/ of a predefined one away.
func Role(role string) string {
	if strings.Contains(role, "/") {
		return role
	}
	return "roles/" + role
}

// Thing is s as most of Google Cloud's names must be: lower case, digits and hyphens, beginning with a letter.
func Thing(s string, most int) string {
	s = strings.ReplaceAll(strings.ReplaceAll(Label(s), "_", "-"), ".", "-")
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		s = "x" + s
	}
	return strings.TrimRight(clip(s, most), "-")
}

// KeySubject is the common name of the certificate in which the public half of a key of ours is uploaded: it tells the plan's
// keys from all others, and the rotation that made one. Everybody may read the certificate, so that the plan is named by a
// digest (https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys#private-information).
func KeySubject(plan, rotation string) string { return clip(keyMark(plan)+rotation, 64) }

// KeyRotation is the rotation that a certificate's common name tells; ours is false where another than the plan made it.
func KeyRotation(plan, commonName string) (rotation string, ours bool) {
	return strings.CutPrefix(commonName, keyMark(plan))
}

func keyMark(plan string) string {
	sum := sha256.Sum256([]byte(plan))
	return "landfall-" + hex.EncodeToString(sum[:8]) + "-"
}
