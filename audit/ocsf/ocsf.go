// Package ocsf says the records of a journal, and what is wrong with credentials, in the words of the Open Cybersecurity Schema
// Framework, version 1.8.0, for whoever gathers events in one place: one event a record or finding. Nothing is lost by it: a
// record's own text goes along as raw data.
package ocsf

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
)

// Version is the version of the schema.
const Version = "1.8.0"

// Event is one record or finding as an event, with the attributes of all classes that are used; those of other classes stay away.
type Event struct {
	ActivityID   int    `json:"activity_id"`
	ActivityName string `json:"activity_name"`
	CategoryUID  int    `json:"category_uid"`
	CategoryName string `json:"category_name"`
	ClassUID     int    `json:"class_uid"`
	ClassName    string `json:"class_name"`
	TypeUID      int    `json:"type_uid"`
	SeverityID   int    `json:"severity_id"`
	StatusID     int    `json:"status_id"`
	Status       string `json:"status"`
	StatusDetail string `json:"status_detail,omitempty"`
	Time         int64  `json:"time"` // milliseconds since 1970
	Timezone     int    `json:"timezone_offset"`
	Message      string `json:"message"`

	Metadata Metadata `json:"metadata"`
	Actor    *Actor   `json:"actor,omitempty"` // of the classes of Identity & Access Management
	Cloud    *Cloud   `json:"cloud,omitempty"` // of the profile "cloud"

	// Of entity_management.
	Entity       *Entity `json:"entity,omitempty"`
	EntityResult *Entity `json:"entity_result,omitempty"`
	Comment      string  `json:"comment,omitempty"`

	// Of authentication and account_change.
	User           *User  `json:"user,omitempty"`
	Service        *Named `json:"service,omitempty"`
	SwitchTypeID   int    `json:"account_switch_type_id,omitempty"`
	SwitchTypeName string `json:"account_switch_type,omitempty"`

	// Of compliance_finding.
	Finding     *Finding     `json:"finding_info,omitempty"`
	Compliance  *Compliance  `json:"compliance,omitempty"`
	Remediation *Remediation `json:"remediation,omitempty"`
	Resources   []Resource   `json:"resources,omitempty"`

	RawData     string            `json:"raw_data,omitempty"`
	RawDataHash *Fingerprint      `json:"raw_data_hash,omitempty"`
	Unmapped    map[string]string `json:"unmapped,omitempty"` // what the schema has no place for
}

// Metadata is the event's own.
type Metadata struct {
	Version        string   `json:"version"`
	Product        Product  `json:"product"`
	Profiles       []string `json:"profiles,omitempty"`
	UID            string   `json:"uid"`             // the record's hash
	CorrelationUID string   `json:"correlation_uid"` // the run
	Sequence       int      `json:"sequence,omitempty"`
	LogName        string   `json:"log_name"` // the journal of the plan, or the look at its credentials
	OriginalTime   string   `json:"original_time"`
}

// Product is who says it.
type Product struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
}

// Actor is who did it: a person, or Landfall by itself.
type Actor struct {
	User    *User  `json:"user,omitempty"`
	AppName string `json:"app_name"`
}

// User is a person or a login.
type User struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
}

// Cloud is whose a landing is.
type Cloud struct {
	Provider string `json:"provider"`
}

// Named is a thing with a name.
type Named struct {
	Name string `json:"name"`
}

// Entity is what something was done to.
type Entity struct {
	Name   string      `json:"name"`
	UID    string      `json:"uid,omitempty"`
	TypeID int         `json:"type_id"`
	Type   string      `json:"type"`
	Data   plan.Fields `json:"data,omitempty"`
}

// Fingerprint is a hash.
type Fingerprint struct {
	AlgorithmID int    `json:"algorithm_id"`
	Algorithm   string `json:"algorithm"`
	Value       string `json:"value"`
}

// other is the id of what the schema has no id for; the name beside it says what it is.
const other = 99

// Of is a record of a journal as an event.
func Of(r plan.Record) (Event, error) {
	e, err := chain.Entry(r)
	if err != nil {
		return Event{}, err
	}
	d := doneIn(e)
	ev := d.event(e.Time)
	ev.SeverityID, ev.StatusDetail, ev.Message = severity(e), e.Why, e.What
	ev.Metadata.UID, ev.Metadata.CorrelationUID, ev.Metadata.Sequence, ev.Metadata.LogName = r.Hash, cmp.Or(e.Run, e.Plan), r.Seq, "journal/"+e.Plan
	ev.RawData, ev.RawDataHash, ev.Unmapped = r.Entry, fingerprint(r.Entry), unmapped(r, e)
	provider := ev.in(e.Landing)
	if d.class == complianceFinding {
		ev.recorded(e)
		return ev, nil
	}
	ev.StatusID, ev.Status = status(e)
	ev.Actor = &Actor{AppName: "Landfall"}
	if e.Who != "" && e.Who != "landfall" {
		ev.Actor.User = &User{Name: e.Who, TypeID: 1}
	}
	if d.class == entityManagement {
		ev.Comment, ev.Entity = e.Why, entity(e, e.Before)
		if len(e.After) > 0 {
			ev.EntityResult = entity(e, e.After)
		}
	} else {
		ev.User = &User{Name: cmp.Or(e.Login, "unknown")}
	}
	if d.class == authentication {
		ev.Service = &Named{cmp.Or(provider, "Landfall")}
	}
	if d == accountSwitch() {
		ev.SwitchTypeID, ev.SwitchTypeName = other, "Fallback login"
	}
	return ev, nil
}

// event is an activity as an event of its class, without what it is about.
func (d deed) event(at time.Time) Event {
	return Event{
		ActivityID: d.id, ActivityName: d.name, CategoryUID: d.class / 1000, CategoryName: categoryName(d.class),
		ClassUID: d.class, ClassName: className(d.class), TypeUID: d.class*100 + d.id, Time: at.UnixMilli(),
		Metadata: Metadata{Version: Version, Product: Product{"Landfall", "ItBytes"}, OriginalTime: at.UTC().Format("2006-01-02T15:04:05.999999999Z")},
	}
}

// in says in which cloud it was, where it was in one, and how that is called.
func (ev *Event) in(landing string) string {
	provider := provider(landing)
	if provider != "" {
		ev.Metadata.Profiles, ev.Cloud = []string{"cloud"}, &Cloud{provider}
	}
	return provider
}

// entity is what an entry is about: a step of a landing, or the plan.
func entity(e plan.Entry, data plan.Fields) *Entity {
	out := &Entity{Name: e.Step, UID: e.ID, TypeID: other, Type: "Step", Data: data}
	switch {
	case e.Kind == plan.EntryRotation:
		out.Type = "Credential"
	case out.Name != "":
	case e.Landing != "":
		out.Name, out.Type = e.Landing, "Landing"
	default:
		out.Name, out.Type = e.Plan, "Plan"
	}
	return out
}

// provider is the cloud of a landing by its own name.
func provider(landing string) string {
	cloud, _, is := strings.Cut(landing, "/")
	switch {
	case !is:
		return ""
	case plan.Cloud(cloud) == plan.Azure:
		return "Azure"
	}
	return strings.ToUpper(cloud)
}

// unmapped is what the schema has no place for.
func unmapped(r plan.Record, e plan.Entry) map[string]string {
	out := map[string]string{
		"plan": e.Plan, "kind": string(e.Kind), "landing": e.Landing, "login": e.Login, "change": string(e.Change), "state": e.State,
		"evidence": e.Evidence, "chain.prev": r.Prev, "chain.hash": r.Hash,
	}
	for name, value := range out {
		if value == "" {
			delete(out, name)
		}
	}
	return out
}

func fingerprint(text string) *Fingerprint {
	sum := sha256.Sum256([]byte(text))
	return &Fingerprint{AlgorithmID: 3, Algorithm: "SHA-256", Value: hex.EncodeToString(sum[:])}
}
