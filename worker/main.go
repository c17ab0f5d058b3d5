// Command landfall-worker carries out runbooks: it polls Temporal for workflows and for the activities of the clouds it is
// started for, and is the one room that knows every other.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"

	"github.com/itbytes/landfall/plan"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "landfall-worker:", err)
		os.Exit(1)
	}
}

// config is all that a worker is told.
type config struct {
	clouds   []plan.Cloud
	plans    string
	sessions string
	pace     float64
	haste    float64
	level    slog.Level
}

func run(ctx context.Context, args []string, env func(string) string) error {
	cfg, err := parse(args, env)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.level}))
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the Temporal client's settings: %w (see TEMPORAL_ADDRESS, TEMPORAL_PROFILE)", err)
	}
	options.Logger = log.NewStructuredLogger(logger)
	flush, err := traced(ctx, &options, env)
	if err != nil {
		return err
	}
	defer flush()
	if cfg.pace > 0 && cfg.pace < 1 {
		logger.Warn("the graces of rotated keys are shortened: this worker is for a simulated world", "pace", cfg.pace)
	}
	if cfg.haste > 1 {
		logger.Warn("the clouds' limits are raised: this worker is for a simulated world", "haste", cfg.haste)
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("no Temporal server answers at %s: start one, or set TEMPORAL_ADDRESS: %w", address(options), err)
	}
	defer c.Close()
	crew, err := muster(c, cfg, env, logger)
	if err != nil {
		return err
	}
	return crew.work(ctx)
}

func parse(args []string, env func(string) string) (config, error) {
	cfg := config{}
	fs := flag.NewFlagSet("landfall-worker", flag.ContinueOnError)
	clouds := fs.String("clouds", or(env("LANDFALL_CLOUDS"), "aws,azure,gcp"), "clouds whose steps this worker carries, by commas; it needs no other cloud's credentials")
	fs.StringVar(&cfg.plans, "plans", or(env("LANDFALL_PLANS"), "plans"), "folder of the plans that Migrate may be started with by name")
	fs.StringVar(&cfg.sessions, "sessions", or(env("LANDFALL_SESSIONS"), home(".landfall/sessions")), "folder of the logins' session files")
	fs.Float64Var(&cfg.pace, "pace", number(env("LANDFALL_PACE")), "for trying only: what the graces of rotated keys are multiplied by; 0 or 1 keeps them as the plan says")
	fs.Float64Var(&cfg.haste, "haste", number(env("LANDFALL_HASTE")), "for trying only: how many times as fast as ours the simulated clouds are, and as high their limits; 0 or 1 keeps the limits as the clouds have them")
	fs.TextVar(&cfg.level, "log", slog.LevelInfo, "debug, info, warn or error")
	fs.Usage = func() {
		fmt.Fprint(fs.Output(), "landfall-worker polls Temporal and carries out runbooks.\n\n"+
			"Example: landfall-worker --clouds aws --plans ./plans\n\n"+
			"It reads TEMPORAL_ADDRESS and the other settings of Temporal's clients, OP_CONNECT_HOST and OP_CONNECT_TOKEN, and\n"+
			"LANDFALL_AWS_ENDPOINT, LANDFALL_AZURE_ENDPOINT, LANDFALL_GCP_ENDPOINT where a cloud is not the real one.\n\n")
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	for _, c := range strings.Split(*clouds, ",") {
		cfg.clouds = append(cfg.clouds, plan.Cloud(strings.TrimSpace(c)))
	}
	return cfg, nil
}

func home(path string) string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return dir + "/" + path
}

// number is a setting that is a number, or 0.
func number(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return n
}

func address(o client.Options) string { return or(o.HostPort, client.DefaultHostPort) }

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
