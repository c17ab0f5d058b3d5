package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
)

func TestAttemptsAreTracedToTheCollectorThatTheEnvironmentNames(t *testing.T) {
	got := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case got <- r.URL.Path:
		default:
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	options := client.Options{}
	flush, err := traced(t.Context(), &options, func(string) string { return collector.URL })
	if err != nil {
		t.Fatal(err)
	}
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	own, ok := options.Interceptors[0].(interceptor.WorkerInterceptor)
	if !ok {
		t.Fatal("the tracer does not stand before activities")
	}
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{own}})
	act := func(context.Context) error { return nil }
	env.RegisterActivity(act)
	if _, err := env.ExecuteActivity(act); err != nil {
		t.Fatal(err)
	}
	flush()
	select {
	case path := <-got:
		if path != "/v1/traces" {
			t.Errorf("the collector was sent %s, want /v1/traces", path)
		}
	case <-time.After(5 * time.Second):
		t.Error("the collector was sent nothing")
	}
}

func TestNothingIsTracedWithoutACollector(t *testing.T) {
	options := client.Options{}
	if _, err := traced(t.Context(), &options, nothing); err != nil || len(options.Interceptors) != 0 {
		t.Errorf("interceptors = %v, %v; want none", options.Interceptors, err)
	}
}
