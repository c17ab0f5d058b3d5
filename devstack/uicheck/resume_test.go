package uicheck

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// press clicks what a person sees that says a text: the UI has some of its buttons twice, for wide and for narrow screens.
func (p *page) press(what, selector, says string) {
	p.Helper()
	quoted, err := json.Marshal([]string{selector, says})
	if err != nil {
		p.Fatal(err)
	}
	mark := `(([selector, says]) => {
		document.querySelectorAll("[data-pressed]").forEach(e => e.removeAttribute("data-pressed"));
		const seen = [...document.querySelectorAll(selector)].find(e => !e.disabled && e.textContent.includes(says) &&
			e.checkVisibility({visibilityProperty: true, opacityProperty: true}));
		seen?.setAttribute("data-pressed", "");
		return !!seen;
	})(` + string(quoted) + `)`
	until := time.Now().Add(p.time)
	for seen := false; !seen; {
		if seen, err = evaluate[bool](p, mark); time.Now().After(until) {
			p.shoot("failed")
			p.Fatalf("%s: nobody sees %s (%v)", what, selector, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	p.do(what, chromedp.Click(chromedp.CSS("[data-pressed]")))
}

// send sends an update with one JSON object by the form that the UI has for the workflow's updates.
func (p *page) send(update, input, picture string) {
	p.Helper()
	const form = "dialog[open] "
	p.press("open the menu", `[aria-controls="workflow-actions"]`, "More Actions")
	p.press("choose the form", `[data-testid="update-button"]`, "Send an Update")
	p.press("open the names", form+`[data-testid="update-select-button"]`, "")
	p.press("choose the update", form+`[role="option"]`, update)
	p.input(form+".cm-content", input)
	p.press("leave the editor, which then grows", form+"#update-id", "")
	p.do("let it grow", chromedp.Sleep(500*time.Millisecond))
	p.shoot(picture)
	p.press("submit", form+`[data-testid="confirm-modal-button"]`, "Submit")
}

func TestWhatIsHeldIsResumedFromTheUI(t *testing.T) {
	s, c := raise(t)
	p := browse(t, s.UI())
	const plan, landing = "examples/itbytes.yaml", "land/itbytes/aws/dti"
	dti := map[string]string{"account": "104862917517"}
	s.Person("aws", "suspendAccount", dti)
	s.Must(0, "migrate", plan, "--approve")
	held := func() bool { return s.Report(plan).States()["aws/dti"] == "held" }
	s.Eventually(time.Minute, "the landing is held", held)

	// Its page says why, since when, and what to send.
	run := runOf(t, c, landing)
	p.open(workflow(landing, run, "user-metadata"))
	p.sees("aws/dti held", "■ held:", "the account aws-dti is suspended", `send the update resume with {"decision": "retry", "operator": "you", "reason": "why"}`)
	p.shoot("held")
	p.open(workflow(landing, run, "search-attributes"))
	p.sees(`"LandfallState": "held"`, `"LandfallHeldBy": "`)

	// What is sent wrongly is refused with a sentence, and changes nothing.
	p.open(workflow(landing, run, "timeline"))
	p.send("resume", `{"decision": "retry"}`, "update-refused")
	p.sees("say who you are in operator and why in reason")
	p.shoot("update-refused")
	if !held() {
		t.Error("the landing is no longer held after an update that was refused")
	}

	// The world is mended, and one object releases what is held.
	s.Person("aws", "reopenAccount", dti)
	p.open(workflow(landing, run, "timeline"))
	p.send("resume", `{"decision": "retry", "operator": "maria", "reason": "the account is open again"}`, "update")
	p.sees("Update successful")
	p.shoot("update-sent")
	s.Eventually(time.Minute, "the landing is done", func() bool { return s.Report(plan).States()["aws/dti"] == "done" })
	p.open(workflow(landing, run, "timeline"))
	p.sees("Completed", "resume")
	p.shoot("resumed")
}
