package simulator

import (
	"github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/azure"
	"github.com/itbytes/landfall/simulator/gcp"
	"github.com/itbytes/landfall/simulator/kernel"
)

// cloud is one provider and how it is built.
type cloud struct {
	name  string
	build func(*kernel.Kernel) (provider, error)
}

// clouds lists the providers: a new one is one line here.
func clouds() []cloud {
	return []cloud{
		{"aws", func(k *kernel.Kernel) (provider, error) { return aws.New(k) }},
		{"azure", func(k *kernel.Kernel) (provider, error) { return azure.New(k) }},
		{"gcp", func(k *kernel.Kernel) (provider, error) { return gcp.New(k) }},
	}
}
