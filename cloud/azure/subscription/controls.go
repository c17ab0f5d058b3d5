// Package subscription is a landing's container in Azure: the subscription, its name, its management group and the resource
// providers it knows.
package subscription

import "github.com/itbytes/landfall/cloud/azure/session"

// Controls lists the chapter's controls in their order.
func Controls() []session.Control {
	return []session.Control{alias{}, displayName{}, group{}, providers{}}
}
