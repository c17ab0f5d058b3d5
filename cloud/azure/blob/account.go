package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// stored is a storage account.
type stored = armstorage.Account

// at is where the account stands. It is one of its own, not the flow logs': what an aborted run takes away with those logs
// must not take the registry's export with it.
func at(s *session.Session, l plan.Landing) session.Place {
	return session.At(l, "registry-store", name(l, s.Subscription))
}

// name is unique in all of Azure, at most 24 characters, and the same each time it is asked for.
func name(l plan.Landing, subscription string) string {
	sum := sha256.Sum256([]byte("registry/" + l.Slug + "/" + l.Environment + "/" + strings.ToLower(subscription)))
	return session.Alnum(l.Slug, 9) + "reg" + hex.EncodeToString(sum[:6])
}

func placeOf(a stored) session.Place { return session.PlaceOf(session.Str(a.ID)) }

// look looks for the account. One of another plan, or that is not ready, is a fault.
func look(ctx context.Context, s *session.Session, l plan.Landing) (a stored, there bool, err error) {
	c, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return a, false, err
	}
	p := at(s, l)
	r, err := c.GetProperties(ctx, p.Group, p.Name, nil)
	switch {
	case session.Missing(err), session.Unregistered(err):
		return a, false, nil
	case err != nil:
		return a, false, err
	}
	a = r.Account
	switch owner := session.OwnerOf(a.Tags); {
	case owner != "" && owner != l.Plan:
		return a, false, fault.New(fault.Conflict, "Name an account of yours in the landing's adopt.resources.registry-store, then resume.",
			"the storage account %s belongs to the plan %q", p.Name, owner)
	case a.Properties == nil || a.Properties.PrimaryEndpoints == nil || session.Str(a.Properties.ProvisioningState) != session.Succeeded:
		return a, false, beingMade(p)
	}
	return a, true, nil
}

func beingMade(p session.Place) error {
	return fault.New(fault.Propagating, "Wait; it is being made.", "the storage account %s is not ready yet", p.Name)
}

// account is the account as wanted: made where there is none, mended where it is too open, marked where it bears no mark.
func account(ctx context.Context, s *session.Session, l plan.Landing) (a stored, wrote bool, err error) {
	a, there, err := look(ctx, s, l)
	if err != nil {
		return a, false, err
	}
	if !there {
		a, err = create(ctx, s, l)
		return a, err == nil, err
	}
	u := armstorage.AccountUpdateParameters{}
	// An account that says nothing of anonymous readers was made when Azure allowed them.
	if p := a.Properties; p.AllowBlobPublicAccess == nil || *p.AllowBlobPublicAccess || !session.Is(p.EnableHTTPSTrafficOnly) || session.Str(p.MinimumTLSVersion) < string(armstorage.MinimumTLSVersionTLS12) {
		u.Properties = &armstorage.AccountPropertiesUpdateParameters{
			AllowBlobPublicAccess: session.Ptr(false), EnableHTTPSTrafficOnly: session.Ptr(true), MinimumTLSVersion: session.Ptr(armstorage.MinimumTLSVersionTLS12),
		}
	}
	if session.OwnerOf(a.Tags) == "" {
		u.Tags = session.Claim(a.Tags, l, plan.Change{Op: plan.Adopted})
	}
	if u.Properties == nil && u.Tags == nil {
		return a, false, nil
	}
	c, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return a, false, err
	}
	p := placeOf(a)
	r, err := c.Update(ctx, p.Group, p.Name, u, nil)
	return r.Account, err == nil, err
}

// create makes the account: nobody reads it without a token, and nobody at all by its keys.
func create(ctx context.Context, s *session.Session, l plan.Landing) (stored, error) {
	c, err := armstorage.NewAccountsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return stored{}, err
	}
	where := at(s, l)
	p, err := c.BeginCreate(ctx, where.Group, where.Name, armstorage.AccountCreateParameters{
		Kind: session.Ptr(armstorage.KindStorageV2), Location: session.Ptr(l.Region),
		SKU:  &armstorage.SKU{Name: session.Ptr(armstorage.SKUNameStandardLRS)}, // another copy is in another cloud
		Tags: session.Tags(l),
		Properties: &armstorage.AccountPropertiesCreateParameters{
			AllowBlobPublicAccess: session.Ptr(false), AllowSharedKeyAccess: session.Ptr(false), AllowCrossTenantReplication: session.Ptr(false),
			DefaultToOAuthAuthentication: session.Ptr(true), EnableHTTPSTrafficOnly: session.Ptr(true), MinimumTLSVersion: session.Ptr(armstorage.MinimumTLSVersionTLS12),
		},
	}, nil)
	if session.Code(err) == "StorageAccountAlreadyTaken" {
		return stored{}, fault.New(fault.Conflict, "Name an account of yours in the landing's adopt.resources.registry-store, then resume.",
			"somebody else has the storage account's name %s", where.Name)
	}
	if err != nil {
		return stored{}, err
	}
	done, err := session.Settle(ctx, p, 40*time.Second)
	if err != nil {
		return stored{}, err
	}
	if !done {
		return stored{}, beingMade(where)
	}
	a, there, err := look(ctx, s, l)
	if err == nil && !there {
		err = beingMade(where)
	}
	return a, err
}

// versioning sees to it that what is overwritten is kept.
func versioning(ctx context.Context, s *session.Session, p session.Place) (wrote bool, err error) {
	c, err := armstorage.NewBlobServicesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return false, err
	}
	r, err := c.GetServiceProperties(ctx, p.Group, p.Name, nil)
	if err != nil {
		return false, err
	}
	now := r.BlobServiceProperties.BlobServiceProperties
	if now == nil {
		now = &armstorage.BlobServicePropertiesProperties{}
	}
	if session.Is(now.IsVersioningEnabled) {
		return false, nil
	}
	now.IsVersioningEnabled = session.Ptr(true) // the rest is sent back as it was read
	_, err = c.SetServiceProperties(ctx, p.Group, p.Name, armstorage.BlobServiceProperties{BlobServiceProperties: now}, nil)
	return err == nil, err
}

// holder sees to it that the container stands and is private.
func holder(ctx context.Context, s *session.Session, p session.Place) (wrote bool, err error) {
	c, err := armstorage.NewBlobContainersClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return false, err
	}
	private := armstorage.BlobContainer{ContainerProperties: &armstorage.ContainerProperties{PublicAccess: session.Ptr(armstorage.PublicAccessNone)}}
	r, err := c.Get(ctx, p.Group, p.Name, container, nil)
	switch {
	case session.Missing(err):
		_, err = c.Create(ctx, p.Group, p.Name, container, private, nil)
		return err == nil, err
	case err != nil:
		return false, err
	case r.ContainerProperties != nil && session.Str(r.ContainerProperties.PublicAccess) == string(armstorage.PublicAccessNone):
		return false, nil
	}
	_, err = c.Update(ctx, p.Group, p.Name, container, private, nil)
	return err == nil, err
}
