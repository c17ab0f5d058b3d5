package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/itbytes/landfall/simulator/onepassword"
)

// Addresses are where to listen, as host:port on loopback. An empty one is any free port.
type Addresses struct{ AWS, Azure, GCP, OnePassword, Control string }

// Endpoints are where the world answers, as http://host:port.
type Endpoints struct {
	AWS, Azure, GCP, OnePassword string
	Control                      string // /sim is under it

	gone *sync.WaitGroup
}

// Wait returns when the context that Listen was given has ended and every server has stopped.
func (e Endpoints) Wait() { e.gone.Wait() }

// Listen serves every cloud, 1Password and the control endpoints until ctx ends. It answers when all of them listen.
func (s *Simulator) Listen(ctx context.Context, at Addresses) (Endpoints, error) {
	ctx, cancel := context.WithCancel(ctx)
	e := Endpoints{gone: &sync.WaitGroup{}}
	for _, one := range []struct {
		address  string
		handler  http.Handler
		endpoint *string
	}{
		{at.AWS, s.Handler("aws"), &e.AWS},
		{at.Azure, s.Handler("azure"), &e.Azure},
		{at.GCP, s.Handler("gcp"), &e.GCP},
		{at.OnePassword, s.Handler(onepassword.Cloud), &e.OnePassword},
		{at.Control, s.Control(), &e.Control},
	} {
		url, err := serve(ctx, e.gone, one.address, one.handler)
		if err != nil {
			cancel()
			e.gone.Wait()
			return Endpoints{}, err
		}
		*one.endpoint = url
	}
	context.AfterFunc(ctx, cancel) // so that nothing of it outlives ctx
	return e, nil
}

// serve serves one handler until ctx ends.
func serve(ctx context.Context, gone *sync.WaitGroup, address string, h http.Handler) (string, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("listen on %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("listen on %q: the simulators answer on loopback alone", address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	gone.Go(func() {
		_ = srv.Serve(l) // ErrServerClosed: ctx has ended
	})
	gone.Go(func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if srv.Shutdown(last) != nil {
			_ = srv.Close() // whoever still talks is cut off
		}
	})
	return "http://" + l.Addr().String(), nil
}
