package azure

import (
	"slices"

	"github.com/itbytes/landfall/cloud/azure/baseline"
	"github.com/itbytes/landfall/cloud/azure/dns"
	"github.com/itbytes/landfall/cloud/azure/identity"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/azure/subscription"
	"github.com/itbytes/landfall/plan"
)

// Controls lists a landing's controls, chapter by chapter: the subscription, who may use it, what protects it, its names.
func Controls(l plan.Landing) []session.Control {
	return slices.Concat(
		subscription.Controls(),
		identity.Controls(l),
		baseline.Controls(),
		dns.Controls(),
	)
}
