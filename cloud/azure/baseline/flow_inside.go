package baseline

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/itbytes/landfall/cloud/azure/session"
)

// flowContainer is where Azure puts the flow logs of virtual networks; it makes it by itself.
const flowContainer = "insights-logs-flowlogflowevent"

// inside is the first thing in a storage account that is not the flow logs' own, or "".
func inside(ctx context.Context, s *session.Session, at session.Place) (string, error) {
	f, err := armstorage.NewClientFactory(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return "", err
	}
	found, err := first(ctx, f.NewBlobContainersClient().NewListPager(at.Group, at.Name, nil), func(r armstorage.BlobContainersClientListResponse) string {
		for _, c := range r.Value {
			if name := session.Str(c.Name); name != flowContainer {
				return "the container " + name
			}
		}
		return ""
	})
	if found != "" || err != nil {
		return found, err
	}
	found, err = first(ctx, f.NewFileSharesClient().NewListPager(at.Group, at.Name, nil), func(r armstorage.FileSharesClientListResponse) string {
		for _, c := range r.Value {
			return "the file share " + session.Str(c.Name)
		}
		return ""
	})
	if found != "" || err != nil {
		return found, err
	}
	found, err = first(ctx, f.NewQueueClient().NewListPager(at.Group, at.Name, nil), func(r armstorage.QueueClientListResponse) string {
		for _, c := range r.Value {
			return "the queue " + session.Str(c.Name)
		}
		return ""
	})
	if found != "" || err != nil {
		return found, err
	}
	return first(ctx, f.NewTableClient().NewListPager(at.Group, at.Name, nil), func(r armstorage.TableClientListResponse) string {
		for _, c := range r.Value {
			return "the table " + session.Str(c.Name)
		}
		return ""
	})
}

// first is what a list's pages first have to say, or "".
func first[T any](ctx context.Context, p *runtime.Pager[T], says func(T) string) (string, error) {
	for p.More() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return "", err
		}
		if found := says(page); found != "" {
			return found, nil
		}
	}
	return "", nil
}
