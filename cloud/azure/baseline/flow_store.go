package baseline

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// flowStore is the storage account that the flow logs go to, closed to anonymous readers and to old TLS.
type flowStore struct{}

const kindStore = "Microsoft.Storage/storageAccounts"

func storeAt(s *session.Session, l plan.Landing) session.Place {
	return session.At(l, "flow-store", session.StoreName(l, s.Subscription))
}

// Describe implements step.Control.
func (flowStore) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "flow-store", Title: "the store of the flow logs", Chapter: plan.Protect, Control: "AZ-O09", Objective: "O09",
		After: []string{"providers", "resource-group"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

// Want implements step.Control.
func (flowStore) Want(plan.Task) plan.Fields {
	return plan.Fields{
		"anonymous readers": "off", "https only": "on", "least tls": string(armstorage.MinimumTLSVersionTLS12),
		session.Provisioning: session.Succeeded,
	}
}

// Owned implements step.Owned.
func (flowStore) Owned() bool { return true }

// Observe implements step.Control.
func (flowStore) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	at := storeAt(s, t.Landing)
	r, err := c.GetProperties(ctx, at.Group, at.Name, nil)
	switch {
	case session.Missing(err), session.Unregistered(err):
		return s.Absent(ctx, t, "no storage account "+at.Name+" in "+at.Group)
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		ID: session.Str(r.ID), Match: match(t.Landing, "flow-store"), Owner: session.OwnerOf(r.Tags),
		Live: plan.Fields{}, Evidence: []string{"storage account " + at.Name},
	}
	p := r.Properties
	if p == nil {
		return s.Settled(ctx, t, o, "Creating")
	}
	// An account that says nothing of anonymous readers was made when Azure allowed them.
	o.Live["anonymous readers"] = session.OnOff(p.AllowBlobPublicAccess == nil || *p.AllowBlobPublicAccess)
	o.Live["https only"] = session.OnOff(session.Is(p.EnableHTTPSTrafficOnly))
	o.Live["least tls"] = session.Str(p.MinimumTLSVersion)
	switch o.Live["least tls"] {
	case string(armstorage.MinimumTLSVersionTLS13):
		o.Live["least tls"] = string(armstorage.MinimumTLSVersionTLS12) // better than wanted
	case "":
		o.Live["least tls"] = string(armstorage.MinimumTLSVersionTLS10) // what Azure takes an account to mean that does not say
	}
	return s.Settled(ctx, t, o, session.Str(p.ProvisioningState))
}

// Preflight implements step.Control.
func (flowStore) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if c.Op != plan.Create {
		return nil
	}
	client, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	name := storeAt(s, t.Landing).Name
	r, err := client.CheckNameAvailability(ctx, armstorage.AccountCheckNameAvailabilityParameters{
		Name: session.Ptr(name), Type: session.Ptr(kindStore),
	}, nil)
	if err != nil {
		return err
	}
	if r.NameAvailable != nil && !*r.NameAvailable && t.Begun == nil {
		return fault.New(fault.Conflict, "Name an account of yours in the landing's adopt.resources.flow-store, then resume.",
			"the storage account's name %s is not to be had: %s", name, session.Str(r.Message))
	}
	return nil
}

// Apply implements step.Control.
func (flowStore) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	at := storeAt(s, t.Landing)
	if c.Op == plan.Create {
		p, err := client.BeginCreate(ctx, at.Group, at.Name, armstorage.AccountCreateParameters{
			Kind: session.Ptr(armstorage.KindStorageV2), Location: session.Ptr(t.Landing.Region),
			SKU: &armstorage.SKU{Name: session.Ptr(armstorage.SKUNameStandardLRS)}, Tags: session.Tags(t.Landing),
			Properties: &armstorage.AccountPropertiesCreateParameters{
				AllowBlobPublicAccess: session.Ptr(false), EnableHTTPSTrafficOnly: session.Ptr(true),
				MinimumTLSVersion: session.Ptr(armstorage.MinimumTLSVersionTLS12),
			},
		}, nil)
		return session.Begun(at.Name, p, err)
	}
	r, err := client.GetProperties(ctx, at.Group, at.Name, nil)
	if err != nil {
		return plan.Applied{}, err
	}
	u := armstorage.AccountUpdateParameters{Tags: session.Claim(r.Tags, t.Landing, c), Properties: closing(c.Fields, func(f plan.FieldDiff) string { return f.After })}
	_, err = client.Update(ctx, at.Group, at.Name, u, nil)
	return plan.Applied{ID: at.Name}, err
}

// Undo implements step.Undoer. An account that the run made is deleted when nothing is in it but the flow logs of the run; one
// that it changed gets back what it allowed before.
func (flowStore) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	client, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	at := storeAt(s, t.Landing)
	if d.Change.Op != plan.Create {
		_, err = client.Update(ctx, at.Group, at.Name, armstorage.AccountUpdateParameters{
			Properties: closing(d.Change.Fields, func(f plan.FieldDiff) string { return f.Before }),
		}, nil)
		return err
	}
	other, err := inside(ctx, s, at)
	if err != nil {
		return err
	}
	if other != "" {
		return fault.New(fault.Conflict, "Move it elsewhere, then abort again; or keep the account.",
			"the storage account %s holds %s, which this run did not put there: it is left", at.Name, other)
	}
	_, err = client.Delete(ctx, at.Group, at.Name, nil)
	return err
}

// closing are the properties of an account that fields stand for, each with the value that of takes of its field; nil for none.
func closing(fields []plan.FieldDiff, of func(plan.FieldDiff) string) *armstorage.AccountPropertiesUpdateParameters {
	var p armstorage.AccountPropertiesUpdateParameters
	for _, f := range fields {
		switch f.Field {
		case "anonymous readers":
			p.AllowBlobPublicAccess = session.Ptr(of(f) == "on")
		case "https only":
			p.EnableHTTPSTrafficOnly = session.Ptr(of(f) == "on")
		case "least tls":
			p.MinimumTLSVersion = session.Ptr(armstorage.MinimumTLSVersion(of(f)))
		}
	}
	if p == (armstorage.AccountPropertiesUpdateParameters{}) {
		return nil
	}
	return &p
}
