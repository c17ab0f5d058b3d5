# Landfall. The targets are few; what they need beyond Go, make and git they say.
SHELL := /bin/sh
TOOL  := go tool -modfile=go.tools.mod
ROOMS := ./plan/... ./fault/... ./activities/... ./workflows/... ./cloud/step/... ./simulator/kernel/... ./report/...

.PHONY: help build demo up test check race e2e conformance bench bench-rotations lint generate fmt
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile

build: ## the three binaries, in bin/
	go build -o bin/landfall ./starter
	go build -o bin/landfall-worker ./worker
	cd devstack && CGO_ENABLED=0 go build -o ../bin/landfall-dev .

demo: build ## the paper's morning with its traps, on a real Temporal server and simulated clouds
	bin/landfall-dev demo

up: build ## the whole stack in the foreground (SCENARIO=FILE STATE=DIR WORKER=none)
	exec bin/landfall-dev up

test: build ## every test that needs nothing but Go
	go test -shuffle=on -count=1 ./...
	cd devstack && go test -p 1 -shuffle=on -count=1 -timeout=30m ./...

check: ## format, vet, walls, determinism, generated files
	@out=$$($(TOOL) gofumpt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "gofumpt would change: $$out"; exit 1; }
	go vet ./...
	cd devstack && go vet ./...
	go test -count=1 ./internal/house
	$(TOOL) workflowcheck -config workflowcheck.config.yaml ./workflows
	go generate ./plan && git diff --exit-code -- plan/landfall.v1.schema.json

race: ## the rooms that are cheap to build with the race detector
	go test -race -shuffle=on -count=1 $(ROOMS)

e2e: build ## only the end-to-end tests, on the built binaries
	cd devstack && go test -count=1 -timeout=30m ./e2e/...

conformance: build ## adapters and simulators judged by what others wrote (python3, npm and Java too)
	./conformance/run

bench: ## benchmarks
	go test -run='^$$' -bench=. -benchmem ./plan ./report

bench-rotations: build ## 500 credentials in one tick of a schedule: rotations a minute, calls, and how near the clouds' limits
	bin/landfall-dev bench $(if $(MANY),-many $(MANY)) $(if $(SCALE),-scale $(SCALE))

lint: ## golangci-lint, built from its own module (slow the first time)
	go tool -modfile=go.lint.mod golangci-lint run ./...

generate: ## what is made by programs
	go generate ./...

fmt: ## format
	$(TOOL) gofumpt -w $$(git ls-files '*.go')
