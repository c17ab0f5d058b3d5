// Package scenario holds the worlds that Landfall is tried in.
package scenario

import (
	"embed"
	"errors"
	"io/fs"

	"github.com/itbytes/landfall/simulator/kernel"
)

//go:embed *.yaml
var files embed.FS

// Named is the world of a name; known is false where there is none.
func Named(name string) (s kernel.Scenario, known bool, err error) {
	s, err = kernel.LoadFS(files, name+".yaml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return s, false, nil
	}
	return s, err == nil, err
}
