// Command serve runs the AWS simulator alone for judges: it prints its address and the credentials of a scenario's login
// as one JSON object, and serves until its standard input ends.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/kernel"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

const (
	management = "111122223333"
	member     = "222233334444"
)

func run(in io.Reader, out io.Writer) error {
	scale := 0.0002 // an account in 60 ms
	k := kernel.New(kernel.Scenario{
		Name: "judge", Scale: &scale,
		Durations: map[string]kernel.Duration{"aws.iam.accesskey": kernel.Duration(time.Second)}, // long enough to be refused meanwhile
		Logins: map[string]kernel.Login{
			"judge":      {Cloud: "aws", Details: map[string]string{"startUrl": "https://judge.example/start", "account": management, "role": "AdministratorAccess"}},
			"judge-keys": {Cloud: "aws", Details: map[string]string{"account": management, "user": "judge"}},
		},
		Estate: map[string]any{"aws": estate()},
	})
	keys := map[string]string{}
	k.Keep(func(_ string, fields map[string]string) error { keys = fields; return nil })
	cloud, err := aws.New(k)
	if err != nil {
		return err
	}
	session, _ := cloud.Session("judge")
	token, err := k.Sign("https://issuer.example/judge/", map[string]any{"sub": "robot", "aud": "api://judge", "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	err = json.NewEncoder(out).Encode(map[string]string{
		"endpoint": "http://" + listener.Addr().String(), "account": management, "member": member, "region": "us-east-1",
		"accessKeyId": keys["access key id"], "secretAccessKey": keys["secret access key"], "session": string(session.Content), "token": token,
	})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: cloud.Handler()} //nolint:gosec // it serves one judge on this machine
	go func() {
		_, _ = io.Copy(io.Discard, in) // whatever ends the input ends the judging
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func estate() map[string]any {
	return map[string]any{
		"organization": map[string]any{"id": "o-judge00001", "management": management},
		"accountLimit": 30,
		"accounts": []any{
			map[string]any{
				"id": management, "name": "judge-mgmt", "email": "root@judge.example", "samlProviders": []any{"corporate"},
				"users": []any{map[string]any{"name": "judge", "policies": []any{"AdministratorAccess"}, "deliverTo": "op://judge/key"}},
			},
			map[string]any{"id": member, "name": "judge-member", "email": "member@judge.example", "defaultNetworks": true},
		},
	}
}
