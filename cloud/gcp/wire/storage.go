package wire

import (
	"context"

	"google.golang.org/api/storage/v1"
)

// stored makes the client of Cloud Storage. It resolves uploads against the root of its endpoint's host, where they must be
// served: /upload/storage/v1/….
func (c *Clients) stored(ctx context.Context, at options) (err error) {
	c.Storage, err = storage.NewService(ctx, at("storage/v1/")...)
	return err
}
