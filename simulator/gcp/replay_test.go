package gcp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Exchanges that others recorded against the real Google Cloud are made again with the simulator, request by request,
// and the answers compared value for value. Only what differs from call to call is not compared, and even that must
// have the right form: ids, numbers, times, etags, the names of operations.

func TestTheSimulatorAnswersAsTheRealCloudDid(t *testing.T) {
	logs, err := filepath.Glob(filepath.Join(recordings(t), "*.http.log"))
	if err != nil || len(logs) == 0 {
		t.Skipf("no recordings: %v", err)
	}
	docs := documents(t)
	for _, log := range logs {
		t.Run(strings.TrimSuffix(filepath.Base(log), ".http.log"), func(t *testing.T) { replay(t, log, docs) })
	}
}

// recordings is the folder of the recorded exchanges: beside the repository, or where LANDFALL_RECORDINGS says.
func recordings(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("LANDFALL_RECORDINGS"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, "..", "shared", "recordings", "gcp")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the recordings are not here: %v", err)
	}
	return dir
}

// exchange is one recorded request and its answer.
type exchange struct {
	method, url, body string
	status            int
	contentType       string
	answer            string
}

func readExchanges(t *testing.T, file string) []exchange {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^(GET|POST|PUT|PATCH|DELETE) (https://\S+)$`)
	status := regexp.MustCompile(`(?m)^(\d{3}) [A-Z][A-Za-z ]+$`)
	text := strings.ReplaceAll(string(b), "\r", "")
	at := start.FindAllStringSubmatchIndex(text, -1)
	var out []exchange
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		part := text[m[0]:end]
		s := status.FindStringSubmatchIndex(part)
		if s == nil {
			t.Fatalf("%s: no status in %q", file, part)
		}
		e := exchange{method: text[m[2]:m[3]], url: text[m[4]:m[5]]}
		_, _ = fmt.Sscan(part[s[2]:s[3]], &e.status)
		if _, body, ok := strings.Cut(part[:s[0]], "\n\n"); ok {
			e.body = strings.TrimSpace(body)
		}
		head, answer, _ := strings.Cut(part[s[0]:], "\n\n")
		e.contentType = regexp.MustCompile(`Content-Type: (.*)`).FindStringSubmatch(head)[1]
		e.answer = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(answer), "---"))
		out = append(out, e)
	}
	return out
}

// player makes recorded exchanges again. known is what the recording's names stand for here.
type player struct {
	*stand
	known map[string]string
	etag  string
}

func replay(t *testing.T, file string, docs map[string][]published) {
	p := &player{stand: raise(t, nil), known: map[string]string{
		"uniqueId": "a1b2c3d4", "organizationID": "123456789012", "billingAccountID": "000000-111111-222222", "projectId": "standing-project",
		"networkID": "computenetwork-a1b2c3d4", "subnetworkID": "computesubnetwork-a1b2c3d4", "folderID": "987654321098",
	}}
	p.seen = holdAnswers(t, docs, map[string]int{})
	exchanges := readExchanges(t, file)
	if strings.Contains(exchanges[0].url, "global/networks/${networkID}") && exchanges[0].status == 200 {
		p.known["networkID"] = "default"
	}
	if strings.Contains(exchanges[0].url, "folders:search") {
		delete(p.known, "folderID") // this one makes its folder
	}
	for i, e := range exchanges {
		code, answer := p.make(e)
		for poll := 0; strings.Contains(e.url, "/operations/") && !done(answer) && poll < 100; poll++ {
			time.Sleep(time.Millisecond)
			code, answer = p.make(e)
		}
		if e.method != "GET" {
			delete(p.known, "operationID") // each write begins another
		}
		if code != e.status {
			t.Fatalf("exchange %d, %s %s: got status %d %v, want %d", i, e.method, e.url, code, answer, e.status)
		}
		if p.kind != e.contentType {
			t.Errorf("exchange %d, %s %s: got a body of type %q, want %q", i, e.method, e.url, p.kind, e.contentType)
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(e.answer), &want); err != nil {
			t.Fatalf("exchange %d: %v in %s", i, err, e.answer)
		}
		for _, d := range p.compare("", answer, want) {
			t.Errorf("exchange %d, %s %s: %s", i, e.method, e.url, d)
		}
		p.finish(answer, exchanges[i+1:])
	}
}

// make sends a recorded request with this cloud's values in place of the names.
func (p *player) make(e exchange) (int, map[string]any) {
	u := regexp.MustCompile(`^https://([a-z]+)\.googleapis\.com(/.*)$`).FindStringSubmatch(p.fill(e.url))
	if u == nil {
		p.t.Fatalf("address %s", e.url)
	}
	code, answer := p.do(e.method+" /"+u[1]+u[2], p.fill(e.body))
	if etag, ok := answer["etag"].(string); ok {
		p.etag = etag
	}
	return code, answer
}

func (p *player) fill(s string) string {
	s = regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(s, func(m string) string {
		v, ok := p.known[m[2:len(m)-1]]
		if !ok {
			p.t.Fatalf("nothing is known of %s in %s", m, s)
		}
		return v
	})
	return strings.ReplaceAll(s, "abcdef0123A=", p.etag)
}

func done(answer map[string]any) bool { return answer["done"] == true || answer["status"] == "DONE" }

// finish waits for an operation whose polls the recorder left out.
func (p *player) finish(answer map[string]any, rest []exchange) {
	name, _ := answer["name"].(string)
	if len(rest) == 0 || !strings.HasPrefix(name, "operations/") || done(answer) || strings.Contains(rest[0].url, "/operations/") {
		return
	}
	for range 100 {
		if code, a := p.do("GET /cloudresourcemanager/v3/"+name, ""); code == 200 && done(a) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	p.t.Fatalf("operation %s never ended", name)
}

// compare says where an answer differs from the recorded one.
func (p *player) compare(at string, got, want any) []string {
	key := at[strings.LastIndex(at, ".")+1:]
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want an object", at, got)}
		}
		var out []string
		for _, n := range names(g, w) {
			gv, has := g[n]
			wv, wanted := w[n]
			switch {
			case !has:
				out = append(out, fmt.Sprintf("%s.%s: got nothing, want %v", at, n, wv))
			case !wanted:
				out = append(out, fmt.Sprintf("%s.%s: got %v, want nothing", at, n, gv))
			default:
				out = append(out, p.compare(at+"."+n, gv, wv)...)
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
		}
		var out []string
		for i := range w {
			out = append(out, p.compare(fmt.Sprintf("%s[%d]", at, i), g[i], w[i])...)
		}
		return out
	case string:
		g, ok := got.(string)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v (%T), want text %q", at, got, got, w)}
		}
		if check, volatile := volatiles()[key]; volatile && (key != "id" || !strings.Contains(w, "${")) {
			if !check(g) {
				return []string{fmt.Sprintf("%s: got %q, which has not the form of %q", at, g, w)}
			}
			return nil
		}
		if !p.unify(g, w) {
			return []string{fmt.Sprintf("%s: got %q, want %q", at, g, w)}
		}
		return nil
	}
	if got != want {
		return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
	}
	return nil
}

// unify matches a text with a recorded one; a name seen for the first time takes its value.
func (p *player) unify(got, want string) bool {
	hole := regexp.MustCompile(`\\\$\\\{(\w+)\\\}`)
	var fresh []string
	pattern := hole.ReplaceAllStringFunc(regexp.QuoteMeta(want), func(m string) string {
		name := hole.FindStringSubmatch(m)[1]
		if v, ok := p.known[name]; ok {
			return regexp.QuoteMeta(v)
		}
		fresh = append(fresh, name)
		return `([^/@]+)`
	})
	m := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, name := range fresh {
		p.known[name] = m[i+1]
	}
	return true
}

// volatiles are the fields whose values differ from call to call, and the form that each must have.
func volatiles() map[string]func(string) bool {
	moment := func(s string) bool { _, err := time.Parse(time.RFC3339Nano, s); return err == nil }
	etag := func(s string) bool { b, err := base64.StdEncoding.DecodeString(s); return err == nil && len(b) == 8 }
	form := func(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }
	return map[string]func(string) bool{
		"createTime": moment, "updateTime": moment, "insertTime": moment, "startTime": moment, "endTime": moment, "creationTimestamp": moment,
		"creationTime": moment, "validAfterTime": moment, "etag": etag, "fingerprint": etag, "uniqueId": form(`^\d{21}$`), "oauth2ClientId": form(`^\d{21}$`),
		"id": form(`^(\d{12,21}|[0-9a-f-]{36})$`), "targetId": form(`^\d{19}$`), "user": form(`^\S+@\S+$`), "privateKeyData": func(s string) bool { _, err := base64.StdEncoding.DecodeString(s); return err == nil && len(s) > 2000 },
		"gatewayAddress":    func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.IsPrivate() },
		"internalIpv6Range": func(s string) bool { a, err := netip.ParsePrefix(s); return err == nil && a.Bits() == 48 },
		"selfLinkWithId":    form(`^https://www\.googleapis\.com/compute/v1/projects/standing-project/global/networks/\d{19}$`),
	}
}

func names(a, b map[string]any) []string {
	var out []string
	for n := range a {
		out = append(out, n)
	}
	for n := range b {
		if _, both := a[n]; !both {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
