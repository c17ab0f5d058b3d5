package stage

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/itbytes/landfall/devstack/temporal"
)

// asServer is set for a test binary that is to be a Temporal server instead: its options.
const asServer = "LANDFALL_STAGE_SERVER"

// Main is the TestMain of packages whose stages have a Temporal server of their own: the server is the test binary, run
// once more, so that it can be killed as no server in the test's own process can.
func Main(m *testing.M) {
	text := os.Getenv(asServer)
	if text == "" {
		os.Exit(m.Run())
	}
	var o temporal.Options
	err := json.Unmarshal([]byte(text), &o)
	if err == nil {
		_, err = temporal.Start(context.Background(), o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until whoever started it has gone
}

// server is a Temporal server in a process of its own.
type server struct {
	options temporal.Options
	cmd     *exec.Cmd
}

func serve(ctx context.Context, o temporal.Options) (*server, error) {
	s := &server{options: o}
	return s, s.start(ctx)
}

// start starts the process and returns when the server answers.
func (s *server) start(ctx context.Context) error {
	o, err := json.Marshal(s.options)
	if err != nil {
		return err
	}
	s.cmd = exec.CommandContext(ctx, os.Args[0]) //nolint:gosec // ourselves
	s.cmd.Env = append(os.Environ(), asServer+"="+string(o))
	s.cmd.Stderr = os.Stderr
	if _, err := s.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		s.kill()
		return fmt.Errorf("the Temporal server did not start: %q %w", line, err)
	}
	return nil
}

// kill ends the server as a crash would.
func (s *server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGKILL) // it may have ended by itself
	_ = s.cmd.Wait()                          // killed, as was asked for
}

// Stop implements stack.Server.
func (s *server) Stop() { s.kill() }
