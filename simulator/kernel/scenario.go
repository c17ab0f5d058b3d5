package kernel

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
)

// Scenario is the world a simulator begins with: the estate, how slow it is, who is logged in, and what will go wrong.
type Scenario struct {
	Name string `yaml:"name"`
	// Base is the file, beside this one, of a scenario that this one differs from: its faults and people come in addition, and
	// what else it says stands in place of the same there, an estate's parts each by itself.
	Base string `yaml:"base"`
	// Scale multiplies the documented durations (account creation, propagation, long operations). Default 0.002:
	// an account that takes five minutes is there after 0.6 s.
	Scale *float64 `yaml:"scale"`
	// Latency is how long a call takes, by family, most specific first: "aws.organizations.CreateAccount", "aws.organizations",
	// "aws", "default". Not scaled.
	Latency map[string]Duration `yaml:"latency"`
	// Durations override documented durations by name. Not scaled.
	Durations map[string]Duration `yaml:"durations"`
	// Rates override documented limits by name: "aws.iam.write: 5/1s", or off. Not scaled.
	Rates  map[string]Rate  `yaml:"rates"`
	Logins map[string]Login `yaml:"logins"`
	Faults []Fault          `yaml:"faults"`
	People []Person         `yaml:"people"`
	// Estate is what exists, by cloud; each provider decodes its own part with Decode. A text is the name of a file beside
	// the scenario that holds the part.
	Estate map[string]any `yaml:"estate"`
}

// Load reads a scenario file; unknown fields are refused.
func Load(name string) (Scenario, error) { return load(name, os.ReadFile) }

// LoadFS reads a scenario file of a file system.
func LoadFS(files fs.FS, name string) (Scenario, error) {
	return load(name, func(name string) ([]byte, error) { return fs.ReadFile(files, filepath.ToSlash(name)) })
}

func load(path string, read func(name string) ([]byte, error)) (Scenario, error) {
	var s Scenario
	b, err := read(path)
	if err != nil {
		return s, err
	}
	if err := yaml.UnmarshalWithOptions(b, &s, yaml.Strict()); err != nil {
		return s, fmt.Errorf("scenario %s: %w", path, err)
	}
	for cloud, part := range s.Estate {
		file, named := part.(string)
		if !named {
			continue
		}
		b, err := read(filepath.Join(filepath.Dir(path), file))
		if err != nil {
			return s, fmt.Errorf("scenario %s, estate of %s: %w", path, cloud, err)
		}
		var stands any
		if err := yaml.Unmarshal(b, &stands); err != nil {
			return s, fmt.Errorf("scenario %s, estate of %s: %w", path, cloud, err)
		}
		s.Estate[cloud] = stands
	}
	if s.Base == "" {
		return s, nil
	}
	base, err := load(filepath.Join(filepath.Dir(path), s.Base), read)
	if err != nil {
		return s, err
	}
	return s.upon(base)
}

// upon is the scenario with what its base says and it does not.
func (s Scenario) upon(base Scenario) (Scenario, error) {
	if s.Scale == nil {
		s.Scale = base.Scale
	}
	s.Latency, s.Durations, s.Logins = over(base.Latency, s.Latency), over(base.Durations, s.Durations), over(base.Logins, s.Logins)
	s.Rates = over(base.Rates, s.Rates)
	s.Faults, s.People = slices.Concat(base.Faults, s.Faults), slices.Concat(base.People, s.People)
	estate := over(base.Estate, nil)
	for cloud, part := range s.Estate {
		differs, is := part.(map[string]any)
		stands, was := base.Estate[cloud].(map[string]any)
		if !is || base.Estate[cloud] != nil && !was {
			return s, fmt.Errorf("scenario %s, estate of %s: it is no mapping that could differ from the base's", s.Name, cloud)
		}
		estate[cloud] = over(stands, differs)
	}
	s.Estate = estate
	return s, nil
}

// over is a map with the entries of another over it.
func over[V any](base, differs map[string]V) map[string]V {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]V{}
	}
	maps.Copy(out, differs)
	return out
}

// Decode decodes the part of the estate that belongs to cloud; unknown fields are refused.
func (s Scenario) Decode(cloud string, into any) error {
	part, ok := s.Estate[cloud]
	if !ok {
		return nil
	}
	b, err := yaml.Marshal(part)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return fmt.Errorf("scenario %s, estate of %s: %w", s.Name, cloud, err)
	}
	return nil
}

func (s Scenario) scale() float64 {
	if s.Scale == nil {
		return 0.002
	}
	return *s.Scale
}

// Haste is how many times as fast as ours the scenario's world is. Where nothing takes any time it is faster than anybody asks.
func (s Scenario) Haste() float64 { return 1 / max(s.scale(), 1e-9) }

// Duration is written as Go writes it: 250ms, 3s, 5m.
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Or is d, or another duration where d is not set.
func (d Duration) Or(other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return time.Duration(d)
}

// latency is how long one call takes: the most specific entry of the scenario, else a few milliseconds.
func (k *Kernel) latency(c Call) time.Duration {
	for _, name := range []string{c.Cloud + "." + c.Service + "." + c.Operation, c.Cloud + "." + c.Service, c.Cloud, "default"} {
		if d, ok := k.scenario.Latency[name]; ok {
			return time.Duration(d)
		}
	}
	if c.Write {
		return 8 * time.Millisecond
	}
	return 3 * time.Millisecond
}

// documented is how long things take in the real clouds, from their documentation or from users' reports
// (research: cloud APIs §6, landing zones §2.1). Providers name an entry in Later and Takes.
func documented() map[string]time.Duration {
	return map[string]time.Duration{
		"aws.organizations.CreateAccount":   5 * time.Minute, // "up to 30 minutes" with AFT; minutes by itself
		"aws.organizations.role":            2 * time.Minute, // OrganizationAccountAccessRole may lag the account
		"aws.iam.propagation":               30 * time.Second,
		"aws.iam.accesskey":                 10 * time.Second, // a new key answers InvalidClientTokenId for seconds
		"aws.ec2.VpcEndpoint":               90 * time.Second,
		"aws.securityhub.standards":         5 * time.Minute,
		"aws.dynamodb.CreateTable":          20 * time.Second,
		"aws.config.recorder":               10 * time.Second,
		"aws.route53.change":                40 * time.Second,
		"azure.subscription.alias":          2 * time.Minute,
		"azure.subscription.rename":         3 * time.Minute, // the display name propagates lazily
		"azure.subscription.aliasThrottle":  1 * time.Minute, // "too many requests" after one success
		"azure.rbac.propagation":            5 * time.Minute,
		"azure.graph.replication":           30 * time.Second, // 5 s was not enough, 30 s was
		"azure.provider.register":           90 * time.Second,
		"azure.defender.update":             15 * time.Second,
		"azure.network.operation":           30 * time.Second,
		"azure.frontdoor.waf":               60 * time.Second,
		"azure.storage.account":             30 * time.Second,
		"gcp.project.create":                1 * time.Minute,
		"gcp.service.enable":                30 * time.Second,
		"gcp.service.propagation":           90 * time.Second, // SERVICE_DISABLED for minutes after enabling
		"gcp.iam.propagation":               2 * time.Minute,
		"gcp.serviceaccount.propagation":    30 * time.Second,
		"gcp.serviceaccount.keyPropagation": 60 * time.Second,
		"gcp.compute.operation":             30 * time.Second,
		"gcp.iam.workloadIdentityPool":      20 * time.Second,
		"gcp.sts.propagation":               60 * time.Second, // a new pool or provider answers invalid_target for minutes
		"gcp.securitycenter.enablement":     60 * time.Second,
		"onepassword.item":                  0,
	}
}
