package uicheck

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// start fills in the UI's form and sends it.
func (p *page) start(id, input string) {
	p.Helper()
	p.open("workflows/start-workflow")
	p.fill("workflowId", id)
	p.fill("taskQueue", "landfall")
	p.fill("workflowType", "Migrate")
	p.input(".cm-content", input)
	p.do("leave the editor, which then grows", chromedp.Click(chromedp.CSS("#workflowType")), chromedp.Sleep(500*time.Millisecond))
	p.shoot("form")
	p.do("start", chromedp.Click(chromedp.CSS(`[data-testid="start-workflow-button"]:not([disabled])`)))
	p.sees("Workflow started successfully")
}

func TestAMigrationStartedFromTheUIIsSeenToEnd(t *testing.T) {
	s, c := raise(t)
	p := browse(t, s.UI())

	p.start("migrate/itbytes", `{"planRef": "itbytes", "mode": "apply", "approval": "given"}`)
	p.open("workflows")
	p.sees("migrate/itbytes", "land/itbytes/azure/prod")
	p.shoot("list")
	if err := c.GetWorkflow(t.Context(), "migrate/itbytes", "").Get(t.Context(), nil); err != nil { // the UI keeps the details that it first saw
		t.Fatal(err)
	}
	run := runOf(t, c, "migrate/itbytes")
	p.open(workflow("migrate/itbytes", run, "timeline"))
	p.sees("Completed", "settle the plan", "enter rows in the registry", "land it4bytes-sub-prod-core (azure/prod)")
	p.shoot("migrate")
	p.open(workflow("migrate/itbytes", run, "user-metadata"))
	p.sees("itbytes apply, done", "aws/prod: done", "gcp/mgmt: done", "registry itinfra-connections: done")
	p.shoot("migrate-details")
	p.open(workflow("migrate/itbytes", run, "search-attributes"))
	p.sees(`"LandfallPlan": "itbytes"`, `"LandfallState": "done"`, `"LandfallOwner": "platform@it4bytes.example"`)

	const landing = "land/itbytes/azure/prod"
	run = runOf(t, c, landing)
	p.open(workflow(landing, run, "timeline"))
	p.sees("which steps does azure/prod take", "Defender for Cloud", "the private way to the flow store")
	p.shoot("landing")
	p.open(workflow(landing, run, "user-metadata"))
	p.sees("land it4bytes-sub-prod-core (azure/prod)", "azure/prod done (it4bytes-sub-prod-core)", "✓ done: Defender for Cloud")
	p.shoot("landing-details")
	p.open(workflow(landing, run, "search-attributes"))
	p.sees(`"LandfallPlan": "itbytes"`, `"LandfallState": "done"`, `"LandfallCloud": "azure"`, `"LandfallEnvironment": "prod"`)
}

func TestASlipInTheFormIsAnsweredWithASentence(t *testing.T) {
	s, c := raise(t)
	p := browse(t, s.UI())
	for _, slip := range []struct{ id, input, want string }{
		{"migrate/slip-of-a-field", `{"planReff": "itbytes"}`, `the input of Migrate is`},
		{"migrate/slip-of-a-name", `{"planRef": "itbites"}`, `The worker's folder holds: aws-only, greenfield, itbytes.`},
		{"migrate/slip-of-nothing", `{}`, "planRef"},
	} {
		t.Run(slip.id, func(t *testing.T) {
			p := &page{T: t, ctx: p.ctx, ui: p.ui, time: p.time}
			p.start(slip.id, slip.input)
			p.open(workflow(slip.id, runOf(t, c, slip.id), "timeline"))
			p.sees("Failed", slip.want)
			p.shoot(strings.ReplaceAll(slip.id, "/", "-"))
		})
	}
}

func TestMalformedJSONIsNotSent(t *testing.T) {
	s, c := raise(t)
	p := browse(t, s.UI())
	p.open("workflows/start-workflow")
	p.fill("workflowId", "migrate/malformed")
	p.fill("taskQueue", "landfall")
	p.fill("workflowType", "Migrate")
	p.input(".cm-content", `{"planRef": itbytes}`)
	p.sees("Input must be valid JSON")
	p.shoot("malformed")
	if refused, err := evaluate[bool](p, `document.querySelector('[data-testid="start-workflow-button"]').disabled`); err != nil || !refused {
		t.Errorf("the form would send malformed JSON (%v)", err)
	}
	if _, err := c.DescribeWorkflowExecution(t.Context(), "migrate/malformed", ""); err == nil {
		t.Error("malformed JSON started a run")
	}
}
