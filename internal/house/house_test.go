// Package house keeps the walls of the house: who may reach whom, and how a room is kept.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/itbytes/landfall/"

// wall is what a room must not reach, even through others. A room is a folder and all below it; the room "" is the whole
// house. A package always reaches its own folder: cloud/aws/ec2 reaches cloud/aws, and not cloud/gcp.
type wall struct {
	room, never string
	except      []string
	why         string
}

func walls() []wall {
	ours := strings.TrimSuffix(module, "/")
	words := []string{module + "plan", module + "fault"}
	return []wall{
		{"plan", ours, nil, "the nouns stand on nothing of ours"},
		{"fault", ours, nil, "the words for failing stand on nothing of ours"},
		{"cloud", ours, append(words, module+"cloud/step"), "a cloud knows the nouns, the faults and the loop; not who asks, not another cloud, not the simulator"},
		{"vault", ours, words, "the vault knows the nouns and the faults"},
		{"table", ours, words, "a table knows the nouns and the faults"},
		{"registry", ours, append(words, module+"table"), "the registry knows the nouns, the faults and its table"},
		{"audit", ours, append(words, module+"table"), "the journal knows the nouns, the faults and its table"},
		{"audit/chain", "github.com/aws/aws-sdk-go-v2", nil, "whoever verifies a journal needs no cloud for it"},
		{"audit/ocsf", "github.com/aws/aws-sdk-go-v2", nil, "whoever exports a journal needs no cloud for it"},
		{"report", ours, words, "a report is made of the nouns"},
		{"webhook", ours, words, "the webhook knows the nouns and the faults"},
		{"simulator", ours, []string{module + "simulator/kernel"}, "a simulator knows the wire, not us"},
		{"workflows", module + "vault", nil, "a workflow holds references, not secrets"},
		{"workflows", module + "registry", nil, "a workflow is replayed; a table is not"},
		{"workflows", module + "audit", nil, "a workflow is replayed; a journal is not"},
		{"workflows", module + "webhook", nil, "a workflow is replayed; a receiver is not"},
		{"workflows", "github.com/aws/aws-sdk-go-v2", nil, "a workflow is replayed; a cloud is not"},
		{"workflows", "github.com/Azure/azure-sdk-for-go", nil, "a workflow is replayed; a cloud is not"},
		{"workflows", "cloud.google.com/go", nil, "a workflow is replayed; a cloud is not"},
		{"workflows", "github.com/1Password/connect-sdk-go", nil, "a workflow is replayed; a vault is not"},
		{"starter", module + "worker", nil, "what is started is not what works"},
		{"", "go.temporal.io/server", nil, "what ships holds no Temporal server"},
		{"", "github.com/temporalio/ui-server", nil, "what ships holds no Temporal UI"},
	}
}

// guests are the rooms from which alone another may be reached.
func guests() []wall {
	return []wall{
		{"cloud", module + "cloud", []string{"worker", "cloud"}, "only the worker composes"},
		{"simulator", module + "simulator", []string{"simulator"}, "what ships knows no simulator"},
	}
}

// hands lists what no file of a room may import itself. To reach it through others is no fault: the Temporal SDK reaches
// net/http.
var hands = []struct{ room, never, why string }{
	{"workflows", "net/http", "a workflow does no I/O"},
	{"workflows", "os", "a workflow does no I/O"},
	{"workflows", "math/rand", "a workflow rolls no dice"},
	{"workflows", "math/rand/v2", "a workflow rolls no dice"},
	{"workflows", "crypto/rand", "a workflow rolls no dice"},
	{"workflows", "sync", "a workflow waits with workflow.Await"},
	{"workflows", "log", "a workflow logs with workflow.GetLogger"},
	{"workflows", "log/slog", "a workflow logs with workflow.GetLogger"},
	{"plan", "net/http", "the nouns do no I/O"},
	{"plan", "os", "the nouns do no I/O"},
	{"fault", "net/http", "the words for failing do no I/O"},
	{"fault", "os", "the words for failing do no I/O"},
}

// pack is what go list says of a package.
type pack struct {
	Dir, ImportPath                    string
	Deps, Imports                      []string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// room is the package's path in the house.
func (p pack) room() string { return strings.TrimPrefix(p.ImportPath, module) }

// within reports whether a path is another or below it.
func within(path, other string) bool { return path == other || strings.HasPrefix(path, other+"/") }

// own is the folder a package always reaches: its room, and in rooms of several houses its house.
func (p pack) own() string {
	parts := strings.Split(p.room(), "/")
	n := 1
	if parts[0] == "cloud" || parts[0] == "simulator" {
		n = min(2, len(parts))
	}
	return module + strings.Join(parts[:n], "/")
}

// breaches says through which walls a package reaches.
func breaches(p pack) []string {
	var out []string
	for _, d := range p.Deps {
		if within(d, p.own()) {
			continue
		}
		for _, w := range walls() {
			open := slices.ContainsFunc(w.except, func(e string) bool { return within(d, e) })
			if (w.room == "" || within(p.room(), w.room)) && within(d, w.never) && !open {
				out = append(out, fmt.Sprintf("%s reaches %s: %s", p.room(), d, w.why))
			}
		}
		for _, w := range guests() {
			if within(d, w.never) && !slices.ContainsFunc(w.except, func(room string) bool { return within(p.room(), room) }) {
				out = append(out, fmt.Sprintf("%s reaches %s: %s", p.room(), d, w.why))
			}
		}
	}
	for _, d := range p.Imports {
		for _, h := range hands {
			if within(p.room(), h.room) && d == h.never {
				out = append(out, fmt.Sprintf("%s imports %s: %s", p.room(), d, h.why))
			}
		}
	}
	return out
}

func packages(t *testing.T) []pack {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=Dir,ImportPath,Deps,Imports,GoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var ps []pack
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pack
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	if len(ps) < 5 {
		t.Fatalf("got %d packages, want a house", len(ps))
	}
	return ps
}

func TestNoRoomReachesThroughAWall(t *testing.T) {
	for _, p := range packages(t) {
		for _, broken := range breaches(p) {
			t.Error(broken)
		}
	}
}

func TestAWallStopsWhoeverRunsIntoIt(t *testing.T) {
	for _, c := range []struct{ room, reaches string }{
		{"plan", "fault"},
		{"fault", "plan"},
		{"cloud/aws", "cloud/gcp"},
		{"cloud/step", "cloud/aws"},
		{"cloud/aws/ec2", "activities"},
		{"cloud/azure", "simulator/azure"},
		{"cloud/gcp", "vault"},
		{"workflows", "cloud/step"},
		{"workflows/access", "cloud/aws/iam"},
		{"activities", "cloud/step"},
		{"starter", "cloud/aws"},
		{"starter", "simulator/kernel"},
		{"worker", "simulator/kernel"},
		{"simulator/aws", "plan"},
		{"simulator/aws", "simulator/gcp"},
		{"simulator/kernel", "fault"},
		{"vault", "registry"},
		{"registry", "cloud/aws"},
		{"registry", "audit"},
		{"audit", "registry"},
		{"table", "registry"},
		{"report", "activities"},
		{"webhook", "vault"},
		{"webhook", "activities"},
		{"portal", "cloud/aws"},
		{"workflows", "registry"},
		{"workflows", "webhook"},
		{"workflows", "audit/chain"},
		{"internal/schema", "cloud/aws"},
	} {
		if len(breaches(pack{ImportPath: module + c.room, Deps: []string{module + c.reaches}})) == 0 {
			t.Errorf("%s may reach %s, want a wall between them", c.room, c.reaches)
		}
	}
	for _, c := range []struct{ room, reaches string }{
		{"worker", "cloud/aws"},
		{"worker", "registry"},
		{"worker", "webhook"},
		{"worker", "audit"},
		{"audit", "audit/chain"},
		{"audit", "table"},
		{"registry", "table"},
		{"starter", "audit/chain"},
		{"cloud/aws", "cloud/step"},
		{"cloud/aws/ec2", "cloud/aws/session"},
		{"cloud/gcp", "fault"},
		{"simulator/aws/ec2", "simulator/aws"},
		{"simulator/aws", "simulator/kernel"},
		{"workflows", "activities"},
		{"vault", "plan"},
		{"webhook", "fault"},
		{"starter", "workflows"},
	} {
		if got := breaches(pack{ImportPath: module + c.room, Deps: []string{module + c.reaches}}); len(got) > 0 {
			t.Errorf("got %v, want a way from %s to %s", got, c.room, c.reaches)
		}
	}
	if len(breaches(pack{ImportPath: module + "worker", Deps: []string{"go.temporal.io/server/temporal"}})) == 0 {
		t.Error("the worker may hold a Temporal server, want it refused")
	}
	if len(breaches(pack{ImportPath: module + "workflows", Imports: []string{"net/http"}})) == 0 {
		t.Error("a workflow may import net/http, want it refused")
	}
}
