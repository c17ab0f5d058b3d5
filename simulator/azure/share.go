package azure

import "strings"

// shareRoutes list what a storage account may hold beside blobs: this world makes none of it.
func shareRoutes() []route {
	const account = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Storage/storageAccounts/{account}"
	r := func(rest, operation string) route {
		return route{method: "GET", path: account + rest, service: storageService, operation: operation, since: "2019-06-01", answer: listNone}
	}
	return []route{
		r("/fileServices/default/shares", "shares.list"), r("/queueServices/default/queues", "queues.list"), r("/tableServices/default/tables", "tables.list"),
	}
}

func listNone(a *ask) {
	id, _, _ := strings.Cut(a.id(), "Services/default/")
	id = id[:strings.LastIndex(id, "/")]
	if a.thing(id) == nil {
		a.missing(id)
		return
	}
	a.page(nil)
}

// record sees to it that a storage account has the container that flow logs go to: Azure makes it by itself.
func (c *Cloud) record(store *thing) {
	s := c.blobsOf(store)
	if s.containers[flowContainer] == nil {
		s.containers[flowContainer] = newContainer(flowContainer)
		s.containers[flowContainer].etag, s.containers[flowContainer].changed = blobTag(), c.k.Now()
	}
}

// flowContainer is where the flow logs of virtual networks go.
const flowContainer = "insights-logs-flowlogflowevent"
