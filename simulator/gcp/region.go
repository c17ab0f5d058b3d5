package gcp

import (
	"fmt"
	"net/http"
	"slices"
)

// region is a place, with the range that automatic networks use there.
type region struct{ name, automatic string }

// regions lists the places there are. Automatic networks give each a /20 of 10.128.0.0/9.
func regions() []region {
	second := map[string]int{
		"us-central1": 128, "europe-west1": 132, "us-west1": 138, "asia-east1": 140, "us-east1": 142, "asia-northeast1": 146, "asia-southeast1": 148,
		"us-east4": 150, "australia-southeast1": 152, "europe-west2": 154, "europe-west3": 156, "southamerica-east1": 158, "asia-south1": 160,
		"northamerica-northeast1": 162, "europe-west4": 164, "europe-north1": 166, "us-west2": 168, "asia-east2": 170, "europe-west6": 172,
		"asia-northeast2": 174, "asia-northeast3": 178, "us-west3": 180, "us-west4": 182, "asia-southeast2": 184, "europe-central2": 186,
		"northamerica-northeast2": 188, "asia-south2": 190, "australia-southeast2": 192, "southamerica-west1": 194, "europe-west8": 198, "europe-west9": 200,
		"us-east5": 202, "europe-southwest1": 204, "us-south1": 206, "me-west1": 208, "europe-west12": 210, "me-central1": 212, "europe-west10": 214,
		"africa-south1": 218, "northamerica-south1": 224, "europe-north2": 226,
	}
	var out []region
	for name, n := range second {
		out = append(out, region{name: name, automatic: fmt.Sprintf("10.%d.0.0/20", n)})
	}
	slices.SortFunc(out, func(a, b region) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return out
}

func isRegion(name string) bool {
	return slices.ContainsFunc(regions(), func(r region) bool { return r.name == name })
}

func regionRoutes() []route {
	return []route{
		{api: "compute", method: http.MethodGet, path: computePath + "/regions/{name}", operation: "regions.get", do: (*Cloud).getRegion},
		{api: "compute", method: http.MethodGet, path: computePath + "/regions", operation: "regions.list", params: listParams, do: (*Cloud).listRegions},
	}
}

func regionWire(p *project, name string) fields {
	return fields{"kind": "compute#region", "name": name, "description": name, "status": "UP", "selfLink": link(p, "regions/"+name)}
}

func (c *Cloud) getRegion(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if !isRegion(q.vars["name"]) {
		return nil, computeMissing(p, "regions/"+q.vars["name"])
	}
	return regionWire(p, q.vars["name"]), nil
}

func (c *Cloud) listRegions(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	for _, r := range regions() {
		all = append(all, regionWire(p, r.name))
	}
	return c.pageAssets(q, "regionList", "regions", p, all)
}
