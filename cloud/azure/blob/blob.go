// Package blob keeps single objects in a storage account that a landing has for them, through Microsoft's own SDK: the
// account and its container by Resource Manager, the objects by the login's token, never by the account's keys.
package blob

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// container is the container that the objects are in.
const container = "landfall-registry"

// Prepare sees to it that the account, its versioning and the container stand as wanted, and that the login may use them.
// Wrote tells whether anything had to be made or mended.
func Prepare(ctx context.Context, s *session.Session, l plan.Landing, name string) (wrote bool, err error) {
	a, wrote, err := account(ctx, s, l)
	if err != nil {
		return wrote, err
	}
	for _, see := range []func(context.Context, *session.Session, session.Place) (bool, error){versioning, holder} {
		did, err := see(ctx, s, placeOf(a))
		wrote = wrote || did
		if err != nil {
			return wrote, err
		}
	}
	c, _, err := client(s, a, name)
	if err != nil {
		return wrote, err
	}
	_, err = c.BlobClient().GetProperties(ctx, nil)
	switch {
	case err == nil, session.Missing(err):
		return wrote, nil
	case session.Code(err) == notPermitted:
		return true, admit(ctx, s, session.Str(a.ID))
	}
	return wrote, err
}

// Get reads an object. One that is definitely not there, or whose account is not, has no version.
func Get(ctx context.Context, s *session.Session, l plan.Landing, name string) (plan.Object, error) {
	a, there, err := look(ctx, s, l)
	if err != nil || !there {
		return plan.Object{}, err
	}
	c, where, err := client(s, a, name)
	if err != nil {
		return plan.Object{}, err
	}
	r, err := c.BlobClient().DownloadStream(ctx, nil)
	switch {
	case session.Missing(err):
		return plan.Object{}, nil
	case session.Code(err) == notPermitted:
		return plan.Object{}, refused("Storage Blob Data Reader", session.Str(a.ID), err)
	case err != nil:
		return plan.Object{}, err
	}
	defer r.Body.Close() //nolint:errcheck // it was read
	b, err := io.ReadAll(r.Body)
	return plan.Object{Where: where, Body: b, Version: session.Str(r.ETag)}, err
}

// Put writes an object over the one of a version, or where there is none.
func Put(ctx context.Context, s *session.Session, l plan.Landing, name string, body []byte, over string) (plan.Object, error) {
	a, there, err := look(ctx, s, l)
	if err == nil && !there {
		err = fault.New(fault.Transient, "Wait; it is looked for again.", "the storage account %s is not there any more", at(s, l).Name)
	}
	if err != nil {
		return plan.Object{}, err
	}
	c, where, err := client(s, a, name)
	if err != nil {
		return plan.Object{}, err
	}
	only := &blob.ModifiedAccessConditions{IfNoneMatch: session.Ptr(azcore.ETagAny)}
	if over != "" {
		only = &blob.ModifiedAccessConditions{IfMatch: session.Ptr(azcore.ETag(over))}
	}
	r, err := c.Upload(ctx, streaming.NopCloser(bytes.NewReader(body)), &blockblob.UploadOptions{
		HTTPHeaders:      &blob.HTTPHeaders{BlobContentType: session.Ptr("application/json")},
		AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: only},
	})
	switch session.Code(err) {
	case "ConditionNotMet", "BlobAlreadyExists":
		return plan.Object{}, fault.New(fault.Transient, "Wait; it is looked at again.", "somebody else wrote %s at the same time", where)
	case notPermitted:
		return plan.Object{}, refused(contributor, session.Str(a.ID), err)
	}
	if err != nil {
		return plan.Object{}, err
	}
	return plan.Object{Where: where, Body: body, Version: session.Str(r.ETag)}, nil
}

// client speaks to one object of an account, by the login's token.
func client(s *session.Session, a stored, name string) (c *blockblob.Client, where string, err error) {
	where = address(s, a) + container + "/" + name
	c, err = blockblob.NewClient(where, s.Cred, &blockblob.ClientOptions{ClientOptions: s.ARM.ClientOptions})
	return c, where, err
}

// address is where an account's blobs are: where Azure says, or at /blob/{account} of another endpoint than Azure's.
func address(s *session.Session, a stored) string {
	base := s.ARM.Cloud.Services[cloud.ResourceManager].Endpoint
	if base != cloud.AzurePublic.Services[cloud.ResourceManager].Endpoint {
		return strings.TrimSuffix(base, "/") + "/blob/" + session.Str(a.Name) + "/"
	}
	return strings.TrimSuffix(session.Str(a.Properties.PrimaryEndpoints.Blob), "/") + "/"
}
