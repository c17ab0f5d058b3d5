// Package compose holds the tests of docker-compose.yml and the Dockerfile, which run without Docker.
package compose
