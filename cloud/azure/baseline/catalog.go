// Package baseline holds the controls that protect a landing's subscription and tenant, one file each.
package baseline

import "github.com/itbytes/landfall/cloud/azure/session"

// Controls lists every control of the baseline in its order. A new control is one file here and one line below.
func Controls() []session.Control {
	return []session.Control{
		defender{},
		policy{},
		resourceGroup{},
		nsg{},
		vnet{},
		flowStore{},
		privateEndpoint{},
		flowLog{},
		waf{},
		securityDefaults{},
	}
}
