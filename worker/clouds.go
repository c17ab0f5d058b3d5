package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/audit"
	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/registry"
	"github.com/itbytes/landfall/vault"
	"github.com/itbytes/landfall/webhook"
)

// build makes the clouds this worker was built with. A new one is one line here.
func build(cfg config, env func(string) string, keeper step.Keeper) map[plan.Cloud]activities.Carrier {
	web := &http.Client{Timeout: 60 * time.Second}
	return map[plan.Cloud]activities.Carrier{
		plan.AWS:   aws.New(aws.Options{Endpoint: env("LANDFALL_AWS_ENDPOINT"), Sessions: cfg.sessions, Keeper: keeper, Haste: cfg.haste}),
		plan.Azure: azure.New(azure.Options{Endpoint: env("LANDFALL_AZURE_ENDPOINT"), Sessions: cfg.sessions, HTTP: web, Keeper: keeper, Haste: cfg.haste}),
		plan.GCP:   gcp.New(gcp.Options{Endpoint: env("LANDFALL_GCP_ENDPOINT"), Sessions: cfg.sessions, HTTP: web, Keeper: keeper, Haste: cfg.haste}),
	}
}

// chosen keeps the clouds that the worker is started for.
func chosen(all map[plan.Cloud]activities.Carrier, names []plan.Cloud) (map[plan.Cloud]activities.Carrier, error) {
	out := map[plan.Cloud]activities.Carrier{}
	for _, n := range names {
		c, built := all[n]
		if !built {
			return nil, fmt.Errorf("--clouds names %q; this worker was built with aws, azure and gcp", n)
		}
		out[n] = c
	}
	return out, nil
}

// able are the clouds that can do what T asks for: ways in, object storages, smiths, and so on.
func able[T any](clouds map[plan.Cloud]activities.Carrier) map[plan.Cloud]T {
	out := map[plan.Cloud]T{}
	for name, c := range clouds {
		if t, can := c.(T); can {
			out[name] = t
		}
	}
	return out
}

// slots are the vault's, for keys that are rotated.
func slots(keeper step.Keeper) activities.Slots {
	s, _ := keeper.(activities.Slots) // held to it below
	return s
}

// bearer is the vault's, which knows the token by which it is asked.
func bearer(keeper step.Keeper) activities.Bearer {
	b, _ := keeper.(activities.Bearer) // held to it below
	return b
}

// open opens DynamoDB in the account of an AWS landing.
func open(c activities.Carrier) func(context.Context, plan.Landing) (*dynamodb.Client, error) {
	configured, ok := c.(interface {
		Config(ctx context.Context, l plan.Landing) (awssdk.Config, error)
	})
	return func(ctx context.Context, l plan.Landing) (*dynamodb.Client, error) {
		if !ok {
			return nil, fmt.Errorf("the cloud of %s gives no AWS credentials", l.ID())
		}
		cfg, err := configured.Config(ctx, l)
		if err != nil {
			return nil, err
		}
		return dynamodb.NewFromConfig(cfg), nil
	}
}

// keeper is the vault of the run.
func keeper(env func(string) string, log *slog.Logger) step.Keeper {
	host := env("OP_CONNECT_HOST")
	if host == "" {
		log.Warn("OP_CONNECT_HOST is not set: steps that keep a credential will hold until it is")
	}
	return vault.New(vault.Options{Host: host, Token: plan.NewSecret(env("OP_CONNECT_TOKEN"))})
}

// hook tells notices of a run.
func hook(keeper step.Keeper) *webhook.Hook { return webhook.New(webhook.Options{Keeper: keeper}) }

// The compiler holds each room to its promises.
var (
	_ activities.Carrier = (*aws.Cloud)(nil)
	_ activities.Carrier = (*azure.Cloud)(nil)
	_ activities.Carrier = (*gcp.Cloud)(nil)
	_ activities.Book    = (*registry.Book)(nil)
	_ activities.Teller  = (*webhook.Hook)(nil)
	_ activities.Notary  = (*registry.Notary)(nil)
	_ activities.Depot   = (*azure.Cloud)(nil)
	_ activities.Depot   = (*gcp.Cloud)(nil)
	_ activities.Ledger  = (*audit.Ledger)(nil)
	_ step.Keeper        = (*vault.Vault)(nil)
	_ activities.Slots   = (*vault.Vault)(nil)
	_ activities.Bearer  = (*vault.Vault)(nil)
	_ activities.Gate    = (*aws.Cloud)(nil)
	_ activities.Gate    = (*azure.Cloud)(nil)
	_ activities.Gate    = (*gcp.Cloud)(nil)
	_ activities.Smith   = (*aws.Cloud)(nil)
	_ activities.Smith   = (*azure.Cloud)(nil)
	_ activities.Smith   = (*gcp.Cloud)(nil)
	_ activities.Voucher = (*aws.Cloud)(nil)
	_ activities.Voucher = (*azure.Cloud)(nil)
	_ activities.Voucher = (*gcp.Cloud)(nil)
	_ activities.Porter  = (*aws.Cloud)(nil)
	_ activities.Porter  = (*azure.Cloud)(nil)
	_ activities.Porter  = (*gcp.Cloud)(nil)
)
