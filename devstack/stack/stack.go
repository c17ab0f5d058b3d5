// Package stack is everything a migration needs on one machine: a real Temporal server with its UI, the simulated clouds
// and 1Password Connect on the wire, and the product's own worker as a process of its own.
package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/itbytes/landfall/devstack/temporal"
	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Options say what the stack is like.
type Options struct {
	Scenario string // file of the simulated world
	// World is the simulated world itself, where it is in no file.
	World    *kernel.Scenario
	State    string   // folder of the databases and logs; nothing secret is written here
	Sessions string   // folder of the logins' session files, as signing in would leave them; secret
	Plans    string   // folder of the plans the worker may be started with by name
	Bin      string   // folder of the built binaries
	EnvFile  string   // shell lines for whoever wants to use the stack; holds the token of the simulated vault
	AnyPorts bool     // take free ports, not the usual ones
	Extra    []string // settings that come after the stack's own and win: NAME=value
	// Temporal starts the server; the default is one in this process.
	Temporal func(context.Context, temporal.Options) (Server, error)
	Say      func(format string, a ...any)
}

// world is the scenario that the simulators follow.
func (o Options) world() (kernel.Scenario, error) {
	if o.World != nil {
		return *o.World, nil
	}
	return kernel.Load(o.Scenario)
}

// Server is a running Temporal server with its UI.
type Server interface{ Stop() }

// Stack is a running stack.
type Stack struct {
	Ports    Ports
	Sim      *simulator.Simulator
	options  Options
	temporal Server
	stop     context.CancelFunc
	haste    float64 // how many times as fast as ours the simulated clouds are
}

// SearchAttributes are the Keyword attributes that the product's workflows set. They are named here again because the
// stack is a room of its own; a test compares the two lists.
func SearchAttributes() []string {
	return []string{"LandfallPlan", "LandfallCloud", "LandfallEnvironment", "LandfallState", "LandfallHeldBy", "LandfallOwner"}
}

// Up starts Temporal, its UI and the simulators, leaves the logins' sessions, and writes the env file once all of it
// answers. The worker is started by Worker.
func Up(ctx context.Context, o Options) (*Stack, error) {
	ports, moved, err := choose(o.AnyPorts)
	if err != nil {
		return nil, err
	}
	for _, m := range moved {
		o.Say("%s", m)
	}
	scenario, err := o.world()
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{o.State, o.Sessions} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	s := &Stack{Ports: ports, options: o, stop: stop, haste: scenario.Haste()}
	if s.Sim, err = simulator.New(scenario); err != nil {
		stop()
		return nil, err
	}
	if err := s.serve(ctx); err != nil {
		stop()
		return nil, err
	}
	if o.Temporal == nil {
		o.Temporal = func(ctx context.Context, o temporal.Options) (Server, error) { return temporal.Start(ctx, o) }
	}
	s.temporal, err = o.Temporal(ctx, temporal.Options{
		File: filepath.Join(o.State, "temporal.db"), Port: ports.Temporal, UIPort: ports.UI, SearchAttributes: SearchAttributes(),
	})
	if err != nil {
		stop()
		return nil, err
	}
	return s, errors.Join(s.signIn(), s.writeEnv())
}

// Down stops everything but the processes started from it.
func (s *Stack) Down() {
	s.temporal.Stop()
	s.stop()
	_ = os.Remove(s.options.EnvFile) // it may never have been written
}

// UI is the address of the Temporal UI.
func (s *Stack) UI() string { return "http://" + loopback(s.Ports.UI) }

// Temporal is where the Temporal server answers: host:port of its gRPC.
func (s *Stack) Temporal() string { return loopback(s.Ports.Temporal) }

// Control is the address under which /sim answers.
func (s *Stack) Control() string { return "http://" + loopback(s.Ports.Sim) }

// Env is the environment of the product's binaries.
func (s *Stack) Env() []string {
	return append([]string{
		"TEMPORAL_ADDRESS=" + s.Temporal(),
		"TEMPORAL_UI=" + s.UI(),
		"LANDFALL_AWS_ENDPOINT=http://" + loopback(s.Ports.AWS),
		"LANDFALL_AZURE_ENDPOINT=http://" + loopback(s.Ports.Azure),
		"LANDFALL_GCP_ENDPOINT=http://" + loopback(s.Ports.GCP),
		"OP_CONNECT_HOST=http://" + loopback(s.Ports.Connect),
		"OP_CONNECT_TOKEN=" + s.Sim.ConnectToken(),
		"LANDFALL_SIM=" + s.Control(),
		"LANDFALL_STATE=" + s.options.State,
		"LANDFALL_SESSIONS=" + s.options.Sessions,
		"LANDFALL_PLANS=" + s.options.Plans,
		"AWS_EC2_METADATA_DISABLED=true",
		fmt.Sprintf("LANDFALL_HASTE=%g", s.haste),
		"LANDFALL_PACE=0.0002", // a simulated world goes faster: a day of grace takes seventeen seconds
	}, s.options.Extra...)
}

// signIn leaves the sessions that people's signing in would have left on this machine.
func (s *Stack) signIn() error {
	for _, session := range s.Sim.Sessions() {
		if err := os.WriteFile(filepath.Join(s.options.Sessions, session.Login+".json"), session.Content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writeEnv writes the env file whole, so that whoever waits for it never reads half of it.
func (s *Stack) writeEnv() error {
	if s.options.EnvFile == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.options.EnvFile), 0o750); err != nil {
		return err
	}
	var b strings.Builder
	for _, line := range s.Env() {
		name, value, _ := strings.Cut(line, "=")
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	part := s.options.EnvFile + ".part"
	if err := os.WriteFile(part, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(part, s.options.EnvFile)
}
