package ocsf

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// Finding is what was found, under a name that is the same at every look.
type Finding struct {
	UID       string   `json:"uid"`
	Title     string   `json:"title"`
	Desc      string   `json:"desc,omitempty"`
	Types     []string `json:"types"`
	FirstSeen int64    `json:"first_seen_time,omitempty"` // milliseconds since 1970, where it is known
	LastSeen  int64    `json:"last_seen_time,omitempty"`
}

// Compliance is the rule that a credential is held to, and whether it keeps it.
type Compliance struct {
	Control  string `json:"control"`
	StatusID int    `json:"status_id"`
	Status   string `json:"status"`
}

// Remediation is the one thing to do.
type Remediation struct {
	Desc string `json:"desc"`
}

// Resource is the credential's key that a finding is about, or the credential where it is about none.
type Resource struct {
	UID   string `json:"uid"`
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	Owner *User  `json:"owner,omitempty"`
	Role  int    `json:"role_id"`
}

// affected is the role of what a finding is about.
const affected = 3

// Posture is what is wrong with credentials now, an event a finding, as they were looked at. It knows of no look before: what is
// found no more is left out, and its end is in the journal.
func Posture(planName string, all []plan.CredentialReport, at time.Time) []Event {
	var out []Event
	for _, r := range all {
		if r.Fault != nil {
			r.Findings = nil
			r.Found(planName, plan.Finding{Kind: plan.Unread, What: "it could not be read: " + r.Fault.Message, Do: r.Fault.Hint})
		}
		for _, f := range r.Findings {
			out = append(out, stands(planName, r, f, at))
		}
	}
	return out
}

// stands is a finding as it was found at a look.
func stands(planName string, r plan.CredentialReport, f plan.Finding, at time.Time) Event {
	ev := created().event(at)
	ev.StatusID, ev.Status, ev.SeverityID, ev.Message = 1, "New", gravity(f.Kind), r.ID+": "+f.What
	ev.Metadata.UID, ev.Metadata.CorrelationUID, ev.Metadata.LogName = f.UID+"-"+strconv.FormatInt(at.UnixMilli(), 10), "posture/"+planName, "posture/"+planName
	ev.in(r.Landing)
	ev.Finding = &Finding{UID: f.UID, Title: title(f.Kind, r.ID), Desc: f.What, Types: []string{string(f.Kind)}, LastSeen: at.UnixMilli()}
	ev.Compliance = kept(f.Kind, false)
	if f.Do != "" {
		ev.Remediation = &Remediation{f.Do}
	}
	res := Resource{UID: cmp.Or(f.Key, r.ID), Name: r.ID, Type: string(r.Kind), Role: affected}
	if r.Owner != "" {
		res.Owner = &User{Name: r.Owner}
	}
	ev.Resources = []Resource{res}
	ev.Unmapped = map[string]string{"plan": planName}
	for name, value := range map[string]string{"item": r.Item, "landing": r.Landing} {
		if value != "" {
			ev.Unmapped[name] = value
		}
	}
	return ev
}

// recorded is a finding as the journal has it: when it was found, or when it had ended.
func (ev *Event) recorded(e plan.Entry) {
	ended := e.State == plan.FindingEnded
	said, first := e.After, e.Time
	ev.StatusID, ev.Status = 1, "New"
	if ended {
		said, ev.StatusID, ev.Status = e.Before, 4, "Resolved"
		if since, err := time.Parse(time.RFC3339, said["since"]); err == nil {
			first = since
		}
	}
	kind := plan.FindingKind(said["kind"])
	ev.Finding = &Finding{UID: said["finding"], Title: title(kind, e.Step), Desc: e.What, Types: []string{string(kind)}, FirstSeen: first.UnixMilli(), LastSeen: e.Time.UnixMilli()}
	ev.Compliance = kept(kind, ended)
	ev.Resources = []Resource{{UID: cmp.Or(e.ID, e.Step), Name: e.Step, Role: affected}}
}

func title(kind plan.FindingKind, credential string) string {
	return "Credential " + credential + ": " + strings.ReplaceAll(string(kind), "-", " ")
}

// kept says whether a credential keeps the rule that a kind of finding is about. Where it could not be known the schema calls
// that a warning.
func kept(kind plan.FindingKind, ended bool) *Compliance {
	c := &Compliance{Control: rule(kind), StatusID: 3, Status: "Fail"}
	switch {
	case ended:
		c.StatusID, c.Status = 1, "Pass"
	case kind == plan.Unread, kind == plan.Untold:
		c.StatusID, c.Status = 2, "Warning"
	}
	return c
}

// rule is what a kind of finding says is not so.
func rule(kind plan.FindingKind) string {
	switch kind {
	case plan.OverAge, plan.DueSoon:
		return "A key is renewed before it is older than the plan allows"
	case plan.Expiring, plan.Expired:
		return "A key is renewed before it expires"
	case plan.NotActive:
		return "The current key is active"
	case plan.NeverUsed, plan.Unused:
		return "A key that nobody uses is deleted"
	case plan.Orphan, plan.Foreign, plan.Dangling:
		return "The vault holds the keys that stand, and no others stand"
	case plan.LeftBehind:
		return "A rotation comes to its end"
	case plan.Untold, plan.Unread:
		return "The age and the expiry of a credential are known"
	}
	return string(kind)
}

// gravity is how much a kind of finding asks of whoever reads it, as severity has it.
func gravity(kind plan.FindingKind) int {
	switch kind {
	case plan.Expired, plan.NotActive:
		return 4
	case plan.DueSoon, plan.NeverUsed, plan.Unused, plan.Untold:
		return 2
	}
	return 3
}
