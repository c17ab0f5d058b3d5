package gcp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// readBindings checks and tidies the bindings that a caller would set.
func (c *Cloud) readBindings(q *request, list []any, version int) ([]binding, *problem) {
	var out []binding
	for _, v := range list {
		f := v.(fields)
		b := binding{role: f.str("role"), condition: f.sub("condition")}
		if !knownRole(b.role) {
			return nil, invalid("Role %s is not supported for this resource.", b.role)
		}
		if b.condition != nil {
			if version != 3 {
				return nil, invalid("Conditions require policy version 3: the policy's version is %d.", version)
			}
			if basic(b.role) {
				return nil, invalid("Conditions can't be set on primitive roles")
			}
		}
		for _, m := range f.texts("members") {
			if bad := c.checkMember(m, q.now); bad != nil {
				return nil, bad
			}
			if !slices.Contains(b.members, m) {
				b.members = append(b.members, m)
			}
		}
		if len(b.members) == 0 {
			continue // the real service drops a binding without members
		}
		same := slices.IndexFunc(out, func(o binding) bool {
			return o.role == b.role && conditionHash(o.condition) == conditionHash(b.condition)
		})
		if same < 0 {
			out = append(out, b)
			continue
		}
		for _, m := range b.members {
			if !slices.Contains(out[same].members, m) {
				out[same].members = append(out[same].members, m)
			}
		}
	}
	return out, nil
}

// checkMember refuses a principal that the identity directory does not know (yet).
func (c *Cloud) checkMember(m string, now time.Time) *problem {
	if m == "allUsers" || m == "allAuthenticatedUsers" {
		return nil
	}
	sort, name, _ := strings.Cut(m, ":")
	switch sort {
	case "user":
		if c.user(name) == nil {
			return invalid("User %s does not exist.", name)
		}
	case "group":
		for _, o := range c.organizations {
			if slices.Contains(o.groups, name) {
				return nil
			}
		}
		return invalid("Group %s does not exist.", name)
	case "serviceAccount":
		a := c.accountNamed("-", name)
		if a == nil && c.isAgent(name) {
			return nil
		}
		if a == nil || now.Before(a.known) {
			return invalid("Service account %s does not exist.", name)
		}
	case "projectOwner", "projectEditor", "projectViewer":
		if c.projects[name] == nil {
			return invalid("Project %s does not exist.", name)
		}
	case "domain":
		if name == "" {
			return invalid("Invalid domain.")
		}
	case "principal", "principalSet":
		if !regexp.MustCompile(`^//iam\.googleapis\.com/(projects/\d+/)?locations/global/(workloadIdentityPools|workforcePools)/[^/]+/.+$`).MatchString(name) {
			return invalid("Principal %s is of an invalid form.", m)
		}
	case "deleted":
		if !strings.Contains(name, "?uid=") {
			return invalid("The member %s is of an unknown type.", m)
		}
	default:
		return invalid("The member %s is of an unknown type. Please set a valid type prefix for the member.", m)
	}
	return nil
}

// isAgent says whether an address is one of Google's own identities in a project that exists.
func (c *Cloud) isAgent(email string) bool {
	m := regexp.MustCompile(`^(?:service-(\d+)@[a-z0-9-]+\.iam\.gserviceaccount\.com|(\d+)(?:-compute@developer|@cloudservices)\.gserviceaccount\.com)$`).FindStringSubmatch(email)
	return m != nil && c.project(m[1]+m[2]) != nil
}

// knownRole takes the basic roles, the predefined roles of the services that are simulated or near, and custom roles.
func knownRole(role string) bool {
	name, predefined := strings.CutPrefix(role, "roles/")
	if !predefined {
		return regexp.MustCompile(`^(projects|organizations)/[^/]+/roles/[A-Za-z0-9_.]+$`).MatchString(role)
	}
	service, rest, dotted := strings.Cut(name, ".")
	if !dotted {
		return basic(role) || role == "roles/browser"
	}
	return rest != "" && slices.Contains(roleServices(), service)
}

func basic(role string) bool {
	return slices.Contains([]string{"roles/owner", "roles/editor", "roles/viewer", "roles/writer", "roles/reader", "roles/admin"}, role)
}

func roleServices() []string {
	return []string{
		"accesscontextmanager", "artifactregistry", "bigquery", "billing", "browser", "cloudasset", "cloudbuild", "cloudkms", "cloudsql",
		"compute", "container", "dns", "essentialcontacts", "iam", "iap", "logging", "monitoring", "networkmanagement", "orgpolicy", "policyanalyzer",
		"privilegedaccessmanager", "pubsub", "recommender", "resourcemanager", "run", "secretmanager", "securitycenter", "securitycentermanagement",
		"serviceusage", "source", "storage", "storagetransfer", "cloudfunctions", "servicenetworking", "vpcaccess", "workloadmanager", "aiplatform",
	}
}

func conditionHash(condition fields) string {
	if condition == nil {
		return ""
	}
	b, _ := json.Marshal(condition)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10])
}

// rename changes a member in every policy: a deleted service account stays in them under another name.
func (c *Cloud) rename(from, to string) {
	each := func(p *policy) {
		for i, b := range p.bindings {
			if at := slices.Index(b.members, from); at >= 0 {
				p.bindings[i].members = slices.Clone(b.members)
				p.bindings[i].members[at] = to
				p.etag = newEtag()
			}
		}
	}
	for _, o := range c.organizations {
		each(o.policy)
	}
	for _, f := range c.folders {
		each(f.policy)
	}
	for _, p := range c.projects {
		each(p.policy)
	}
	for _, a := range c.accounts {
		each(a.policy)
	}
}
