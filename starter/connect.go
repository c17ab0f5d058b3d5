package main

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
)

// connect reaches the Temporal server that the environment names.
func (d *desk) connect(ctx context.Context) (client.Client, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, failed(err, "Mend the TEMPORAL_* variables or the profile.", "the Temporal client's settings cannot be read: %v", err)
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	options.Identity = "landfall/" + d.operator
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, options)
	if err != nil {
		address := options.HostPort
		if address == "" {
			address = client.DefaultHostPort
		}
		return nil, failed(err, "Start it (make up) or set TEMPORAL_ADDRESS; nothing was started.", "no Temporal server answers at %s", address)
	}
	return c, nil
}
