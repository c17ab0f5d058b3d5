# The worker (and the command line, for docker compose run --entrypoint /landfall worker status) on nothing but
# certificates and time zones, as a user without rights.
FROM golang:1.26.8-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ENV CGO_ENABLED=0
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -ldflags="-s -w" -o /out/landfall-worker ./worker && \
    go build -trimpath -ldflags="-s -w" -o /out/landfall ./starter

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/ /
USER nonroot:nonroot
ENTRYPOINT ["/landfall-worker"]
