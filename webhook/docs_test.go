package webhook_test

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/itbytes/landfall/webhook"
)

// The example of docs/notices.md is run as it stands there, on a notice as it is sent.
func TestTheDocumentedReceiverBelievesUsAndNobodyElse(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on PATH")
	}
	b, err := os.ReadFile("../docs/notices.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```python\n(.*?)```").FindSubmatch(b)
	if example == nil {
		t.Fatal("docs/notices.md shows no receiver in Python")
	}
	r := &receiver{}
	if err := webhook.New(webhook.Options{Keeper: kept{value: secret}}).Tell(t.Context(), to(listen(t, r)), notice("run-1")); err != nil {
		t.Fatal(err)
	}
	verify := func(secret, body string, h http.Header) error {
		program := string(example[1]) + `
import os
names = ("webhook-id", "webhook-timestamp", "webhook-signature")
verify(os.environ["SECRET"], {n: os.environ[n] for n in names}, os.environ["BODY"].encode())
`
		cmd := exec.CommandContext(t.Context(), python, "-c", program)
		cmd.Env = append(os.Environ(), "SECRET="+secret, "BODY="+body)
		for _, n := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
			cmd.Env = append(cmd.Env, n+"="+h.Get(n))
		}
		out, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(string(out), "ValueError") {
			t.Errorf("the example breaks: %s", out)
		}
		return err
	}
	if err := verify(secret, r.heard["run-1"], r.last); err != nil {
		t.Errorf("it refuses a notice of ours: %v", err)
	}
	if err := verify(secret, r.heard["run-1"]+" ", r.last); err == nil {
		t.Error("it believes a changed notice")
	}
	if err := verify("whsec_"+strings.Repeat("B", 32), r.heard["run-1"], r.last); err == nil {
		t.Error("it believes another secret")
	}
	late := r.last.Clone()
	late.Set("Webhook-Timestamp", "1614265330")
	if err := verify(secret, r.heard["run-1"], late); err == nil {
		t.Error("it believes an old notice")
	}
}
