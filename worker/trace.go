package main

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
)

// traced sends a span of every workflow and of every attempt at an activity to the collector that the environment names
// (OTEL_EXPORTER_OTLP_ENDPOINT and its kin); where it names none, nothing is traced. Spans hold names, ids and faults'
// kinds, never inputs. The function it returns sends what is left.
func traced(ctx context.Context, options *client.Options, env func(string) string) (flush func(), err error) {
	if env("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return func() {}, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace to the collector of OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
	interceptor, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{Tracer: provider.Tracer("landfall-worker")})
	if err != nil {
		return nil, err
	}
	options.Interceptors = append(options.Interceptors, interceptor)
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = provider.Shutdown(ctx) // a collector that is gone keeps no worker from ending
	}, nil
}
