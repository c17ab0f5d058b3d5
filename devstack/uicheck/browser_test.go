package uicheck

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/itbytes/landfall/devstack/stage"
)

// page is a browser's page on the Temporal UI.
type page struct {
	*testing.T
	ctx  context.Context
	ui   string
	time time.Duration // how long a page may take to say something
}

// browse opens a headless browser. Without Chromium the test is skipped by name.
func browse(t *testing.T, ui string) *page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.WindowSize(1500, 1900))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context it is first used with
		t.Fatal(err)
	}
	return &page{T: t, ctx: ctx, ui: ui, time: 40 * time.Second}
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium is on PATH: apt-get install chromium")
	return ""
}

// do carries out actions within the page's time.
func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, p.time)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.shoot("failed")
		p.Fatalf("%s: %v", what, err)
	}
}

// open goes to a page of the namespace.
func (p *page) open(path string) {
	p.Helper()
	p.do("open "+path, chromedp.Navigate(p.ui+"/namespaces/default/"+path))
}

// fill types into a field of a form.
func (p *page) fill(field, text string) {
	p.Helper()
	sel := chromedp.CSS("#" + field)
	p.do("fill "+field, chromedp.WaitVisible(sel), chromedp.Click(sel), chromedp.SendKeys(sel, text))
}

// input pastes into a form's editor, which takes a moment until it listens.
func (p *page) input(editor, text string) {
	p.Helper()
	p.do("wait for the editor", chromedp.WaitVisible(chromedp.CSS(editor)))
	quoted, err := json.Marshal([]string{editor, text})
	if err != nil {
		p.Fatal(err)
	}
	paste := `(([editor, text]) => {
		const at = document.querySelector(editor);
		at.focus();
		if (at.textContent !== text) {
			document.execCommand("selectAll");
			document.execCommand("insertText", false, text);
		}
		return at.textContent;
	})(` + string(quoted) + `)`
	got := ""
	for until := time.Now().Add(p.time); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		if got, err = evaluate[string](p, paste); err == nil && got == text {
			return
		}
	}
	p.shoot("failed")
	p.Fatalf("the editor holds %q (%v), want %q", got, err, text)
}

// evaluate asks the page.
func evaluate[T any](p *page, js string) (T, error) {
	ctx, stop := context.WithTimeout(p.ctx, 10*time.Second)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](js))
}

// text is all that the page says, in its frames too: the UI shows summaries and details in frames of their own.
func (p *page) text() (string, error) {
	return evaluate[string](p, `[document, ...[...document.querySelectorAll("iframe")].map(f => f.contentDocument)]
		.map(d => d?.body?.textContent ?? "").join(" ").replace(/\s+/g, " ")`)
}

// sees waits until the page says all of these.
func (p *page) sees(all ...string) {
	p.Helper()
	var text string
	var err error
	until := time.Now().Add(p.time)
	for _, want := range all {
		for text, err = p.text(); err != nil || !strings.Contains(text, want); text, err = p.text() {
			if time.Now().After(until) {
				p.shoot("missing")
				p.Fatalf("the page does not say %q (%v); it ends with: %s", want, err, text[max(0, len(text)-700):])
			}
			time.Sleep(300 * time.Millisecond)
		}
	}
}

// shoot keeps a picture of the page in out/uicheck, for people.
func (p *page) shoot(name string) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, 20*time.Second)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	dir := filepath.Join(stage.Root, "out", "uicheck")
	err = errors.Join(err, os.MkdirAll(dir, 0o750))
	if err = errors.Join(err, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)); err != nil {
		p.Logf("no picture %s: %v", name, err)
	}
}

// workflow is the path of a workflow's page.
func workflow(id, run, tab string) string {
	return "workflows/" + url.PathEscape(id) + "/" + run + "/" + tab
}
