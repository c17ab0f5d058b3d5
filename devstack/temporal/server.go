// Package temporal is a real Temporal server with its UI in this process: one SQLite file, loopback only, histories kept
// for ninety days, the product's search attributes there whatever the age of the file.
package temporal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uiopts "github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Retention is how long the histories of closed runs are kept.
const Retention = 90 * 24 * time.Hour

// Options are where a Server keeps its file and listens.
type Options struct {
	File             string // SQLite file, made if it is not there
	Port             int    // gRPC; its own services take further free ports
	UIPort           int
	SearchAttributes []string // Keyword
}

// Server is a running Temporal server and its UI.
type Server struct {
	Address string // host:port of gRPC
	UI      string // address of the UI
	server  temporal.Server
	ui      *uiserver.Server
}

// Start starts a server and returns when it answers.
func Start(ctx context.Context, o Options) (*Server, error) {
	sql, err := prepare(o.File)
	if err != nil {
		return nil, err
	}
	ports, err := ports(o.Port)
	if err != nil {
		return nil, err
	}
	srv, err := build(ports, sql)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Address: address(o.Port), UI: "http://" + address(o.UIPort), server: srv,
		ui: uiserver.NewServer(uiopts.WithConfigProvider(&uiconfig.Config{
			Host: "127.0.0.1", Port: o.UIPort, TemporalGRPCAddress: address(o.Port), EnableUI: true, HideLogs: true,
			DisableNewsFetch: true, CORS: uiconfig.CORS{CookieInsecure: true},
		})),
	}
	if err := srv.Start(); err != nil {
		return nil, fmt.Errorf("start the Temporal server: %w", err)
	}
	go func() { _ = s.ui.Start() }() // it ends the process itself where its port is taken: the caller has checked that it is free
	return s, s.ready(ctx, o.SearchAttributes)
}

// Stop stops the UI and the server.
func (s *Server) Stop() {
	s.ui.Stop()
	_ = s.server.Stop() // it is in the log of the server itself
}

// prepare makes the file's schema and the namespace where they are missing. The kept retention is longer than the day
// that the server's own helper hard-codes.
func prepare(file string) (*config.SQL, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return nil, err
	}
	sql := &config.SQL{
		PluginName: sqliteplugin.PluginName, DatabaseName: file,
		ConnectAttributes: map[string]string{"mode": "rwc", "journal_mode": "wal", "synchronous": "1"},
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		if err := sqlite.SetupSchema(sql); err != nil {
			return nil, fmt.Errorf("make the schema of %s: %w", file, err)
		}
	}
	ns, err := sqlite.NewNamespaceConfig(clusterName, client.DefaultNamespace, false, nil)
	if err != nil {
		return nil, err
	}
	ns.Detail.Config.Retention = durationpb.New(Retention)
	if err := sqlite.CreateNamespaces(sql, ns); err != nil {
		return nil, fmt.Errorf("make the namespace: %w", err)
	}
	return sql, nil
}

const clusterName = "active"

func build(ports map[primitives.ServiceName]int, sql *config.SQL) (temporal.Server, error) {
	front := address(ports[primitives.FrontendService])
	conf := &config.Config{
		Services: map[string]config.Service{},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
				Enabled: true, InitialFailoverVersion: 1, RPCAddress: front, ClusterID: "7f2b6a52-0c0e-4b7f-9c1c-1a2d3c4e5f60",
			}},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Persistence: config.Persistence{
			DefaultStore: "sqlite", VisibilityStore: "sqlite", NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{"sqlite": {SQL: sql}},
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
		PublicClient: config.PublicClient{HostPort: front},
	}
	conf.Global.Membership.MaxJoinDuration = 30 * time.Second
	conf.Global.Membership.BroadcastAddress = "127.0.0.1"
	hosts := map[primitives.ServiceName]static.Hosts{}
	for s, p := range ports {
		conf.Services[string(s)] = config.Service{RPC: config.RPC{GRPCPort: p, BindOnIP: "127.0.0.1"}}
		hosts[s] = static.SingleLocalHost(address(p))
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: "fatal", Format: "json"}))
	claims, err := authorization.GetClaimMapperFromConfig(&conf.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	return temporal.NewServer(
		temporal.WithConfig(conf), temporal.ForServices(temporal.DefaultServices), temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger), temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient{
			dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key():      true,
			dynamicconfig.FrontendPersistenceMaxQPS.Key():                    30000,
			dynamicconfig.HistoryPersistenceMaxQPS.Key():                     30000,
			dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 1000,
		}),
	)
}

// ports gives each of the server's services a port: the frontend the one asked for, the others free ones.
func ports(front int) (map[primitives.ServiceName]int, error) {
	out := map[primitives.ServiceName]int{primitives.FrontendService: front}
	for _, s := range []primitives.ServiceName{primitives.HistoryService, primitives.MatchingService, primitives.WorkerService} {
		p, err := Free()
		if err != nil {
			return nil, err
		}
		out[s] = p
	}
	return out, nil
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
