package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/itbytes/landfall/workflows"
)

var root = filepath.Join("..", "..")

// required are the variables without which nothing starts, with values that are found again where they went.
func required() map[string]string {
	return map[string]string{"TEMPORAL_DB_PASSWORD": "marked-password", "OP_CONNECT_TOKEN": "marked-token"}
}

// load loads the file as docker compose would, with every profile.
func load(t *testing.T, env map[string]string) (*types.Project, error) {
	t.Helper()
	var set []string
	for name, value := range env {
		set = append(set, name+"="+value)
	}
	o, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")}, cli.WithEnv(set), cli.WithProfiles([]string{"*"}))
	if err != nil {
		t.Fatal(err)
	}
	return o.LoadProject(t.Context())
}

func loaded(t *testing.T) *types.Project {
	t.Helper()
	p, err := load(t, required())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheStackIsWhole(t *testing.T) {
	p := loaded(t)
	want := []string{
		"connect-api", "connect-ready", "connect-sync", "dynamodb", "postgresql", "temporal", "temporal-namespace",
		"temporal-schema", "temporal-ui", "worker",
	}
	if got := slices.Sorted(maps.Keys(p.Services)); !slices.Equal(got, want) {
		t.Errorf("the services are\n%v, want\n%v", got, want)
	}
	for name, s := range p.Services {
		if slices.Contains(s.Profiles, "trial") != (name == "dynamodb") {
			t.Errorf("%s has the profiles %v; DynamoDB Local alone is for trials", name, s.Profiles)
		}
	}
}

func TestEveryImageIsPinned(t *testing.T) {
	pinned := regexp.MustCompile(`:\d+\.\d+\.\d+(-alpine)?$|^postgres:\d+\.\d+-alpine$`) // PostgreSQL's versions have two numbers
	for name, s := range loaded(t).Services {
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s runs %s, which is no exact version", name, s.Image)
		}
	}
	// distroless tags no versions, only what is in the image: Debian 12's certificates, and a user without rights.
	from := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text(t, "Dockerfile"), -1)
	if len(from) != 2 || !pinned.MatchString(from[0][1]) || from[1][1] != "gcr.io/distroless/static-debian12:nonroot" {
		t.Errorf("the worker is built from %v", from)
	}
}

func TestNoSecretStandsInTheFile(t *testing.T) {
	p := loaded(t)
	secret := regexp.MustCompile(`(?i)password|passwd|pwd|token|secret|_key$|credential`)
	found := map[string]bool{}
	for name, s := range p.Services {
		for variable, value := range s.Environment {
			if !secret.MatchString(variable) {
				continue
			}
			if value == nil || !slices.Contains(slices.Collect(maps.Values(required())), *value) {
				t.Errorf("%s: the value of %s does not come from the environment", name, variable)
				continue
			}
			found[*value] = true
		}
		if joined := strings.Join(append(slices.Clone([]string(s.Command)), s.Entrypoint...), " "); strings.Contains(joined, "marked-") {
			t.Errorf("%s is handed a secret as an argument, which everybody on the machine can read", name)
		}
	}
	if len(found) != len(required()) {
		t.Errorf("of the secrets only %v are used", found)
	}
	for name, s := range p.Secrets {
		if s.File == "" || s.Content != "" {
			t.Errorf("the secret %s is not a reference to a file: %+v", name, s)
		}
	}
	if ignored := text(t, ".dockerignore"); !strings.Contains(ignored, "\n.env\n") || !strings.Contains(ignored, "\n1password-credentials.json\n") {
		t.Error("a file with secrets could be copied into the image")
	}
}

func TestEveryVariableHasADefaultOrIsAskedForInTheHead(t *testing.T) {
	raw := text(t, "docker-compose.yml")
	head, body, _ := strings.Cut(raw, "\nname: landfall\n")
	used := map[string]bool{}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for name, v := range template.ExtractVariables(map[string]any{"line": line}, template.DefaultPattern) {
			used[name] = true
			if _, must := required()[name]; must != v.Required || (!must && v.DefaultValue == "" && !strings.Contains(line, "${"+name+":-}")) {
				t.Errorf("%s is required: %v, and its default is %q", name, v.Required, v.DefaultValue)
			}
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(head) {
				t.Errorf("%s is not explained in the head of the file", name)
			}
		}
	}
	for _, name := range regexp.MustCompile(`(?m)^#   ([A-Z][A-Z_]+(?:, [A-Z][A-Z_]+)*)`).FindAllStringSubmatch(head, -1) {
		for _, n := range strings.Split(name[1], ", ") {
			if !used[n] {
				t.Errorf("%s is explained and not used", n)
			}
		}
	}
	for name := range required() {
		env := required()
		delete(env, name)
		if _, err := load(t, env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: got %v, want it asked for by name", name, err)
		}
	}
}

func TestWhatRunsOnIsWatchedAndWhatIsPublishedStaysOnTheMachine(t *testing.T) {
	shellless := []string{"connect-api", "connect-sync", "worker"} // their images hold nothing to ask with
	p := loaded(t)
	for name, s := range p.Services {
		if s.Restart == "unless-stopped" && s.HealthCheck == nil && !slices.Contains(shellless, name) {
			t.Errorf("%s has no health check", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s on %q", name, port.Published, port.HostIP)
			}
		}
		for on, d := range s.DependsOn {
			if d.Condition == types.ServiceConditionHealthy && p.Services[on].HealthCheck == nil {
				t.Errorf("%s waits for the health of %s, which has no check", name, on)
			}
		}
	}
	if ready := strings.Join(p.Services["connect-ready"].Command, " "); !strings.Contains(ready, "connect-api:8080/heartbeat") {
		t.Errorf("nobody asks whether 1Password Connect answers: %s", ready)
	}
}

func TestTheWorkerIsToldWhatItReads(t *testing.T) {
	p := loaded(t)
	code := ""
	files, err := filepath.Glob(filepath.Join(root, "worker", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no worker: %v", err)
	}
	for _, f := range files {
		code += text(t, "worker", filepath.Base(f))
	}
	worker := p.Services["worker"]
	for name := range worker.Environment {
		if (strings.HasPrefix(name, "LANDFALL_") || strings.HasPrefix(name, "OP_")) && !strings.Contains(code, `"`+name+`"`) {
			t.Errorf("the worker does not read %s", name)
		}
	}
	for _, read := range regexp.MustCompile(`env\("((?:LANDFALL|OP)_\w+)"\)`).FindAllStringSubmatch(code, -1) {
		trying := read[1] == "LANDFALL_PACE" || read[1] == "LANDFALL_HASTE" // of a simulated world
		if _, told := worker.Environment[read[1]]; !told && !trying {
			t.Errorf("the worker reads %s and is not told it", read[1])
		}
	}
	if worker.User == "" || strings.HasPrefix(worker.User, "0") || !worker.ReadOnly {
		t.Errorf("the worker runs as %q, read only: %v", worker.User, worker.ReadOnly)
	}
	made := strings.Join(p.Services["temporal-namespace"].Command, " ")
	for _, name := range workflows.SearchAttributes() {
		if !strings.Contains(made, name) {
			t.Errorf("the search attribute %s is not made", name)
		}
	}
}
