package gcp

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
)

func tourBuckets(d *stand, ask asker) {
	const all = "/storage/storage/v1/b"
	ask("POST "+all+"?project=standing-project", `{"name": "toured-bucket", "location": "us-central1", "labels": {"a": "b"}, "versioning": {"enabled": true},
		"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": true}, "publicAccessPrevention": "enforced"}}`)
	ask("GET "+all+"?project=standing-project&prefix=toured", "")
	ask("GET "+all+"/toured-bucket", "")
	ask("PATCH "+all+"/toured-bucket?ifMetagenerationMatch=1", `{"labels": {"c": "d"}}`)
	ask("POST /storage/upload/storage/v1/b/toured-bucket/o?uploadType=media&name=toured", "content")
	ask("GET "+all+"/toured-bucket/o/toured", "")
	if n := len(d.c.buckets["toured-bucket"].objects["toured"]); n != 1 {
		d.t.Errorf("%d versions, want one", n)
	}
	delete(d.c.buckets, "toured-bucket")
}

// bucketed is a stand with a bucket in it.
func bucketed(t *testing.T) *stand {
	t.Helper()
	d := raise(t, nil)
	d.must("POST /storage/storage/v1/b?project=standing-project", `{"name": "the-bucket", "location": "us-central1", "versioning": {"enabled": true}}`)
	return d
}

func TestABucketIsRefusedWhereItsNameOrItsProjectForbidsIt(t *testing.T) {
	d := bucketed(t)
	const insert = "POST /storage/storage/v1/b?project="
	d.must("POST /cloudresourcemanager/v3/projects", `{"projectId": "unpaid-project", "parent": "organizations/123456789012"}`)
	for _, c := range []struct {
		line, body string
		code       int
		says       string
	}{
		{insert + "standing-project", `{"name": "the-bucket"}`, 409, `"reason":"conflict"`},
		{insert + "standing-project", `{"name": "somebody-elses"}`, 409, "is not available"},
		{insert + "standing-project", `{"name": "No"}`, 400, "Invalid bucket name"},
		{insert + "standing-project", `{"name": "a-bucket", "location": "nowhere"}`, 400, "location constraint"},
		{insert + "standing-project", `{"name": "a-bucket", "colour": "red"}`, 400, "colour"},
		{insert + "unpaid-project", `{"name": "a-bucket"}`, 403, "SERVICE_DISABLED"},
		{insert + "no-such-project", `{"name": "a-bucket"}`, 403, "CONSUMER_INVALID"},
		{"GET /storage/storage/v1/b/none", "", 404, `"reason":"notFound"`},
		{"PATCH /storage/storage/v1/b/the-bucket?ifMetagenerationMatch=7", `{}`, 412, `"reason":"conditionNotMet"`},
		{"DELETE /storage/storage/v1/b/the-bucket", "", 404, ""},
	} {
		d.refuses(c.line, c.body, c.code, c.says)
	}
	if code, _ := d.doAs("no token of ours", "GET /storage/storage/v1/b/the-bucket", ""); code != 401 {
		t.Errorf("a token that is none of ours: got %d, want 401", code)
	}
	if code, _ := d.doAs("", "GET /storage/storage/v1/b/the-bucket", ""); code != 401 {
		t.Errorf("no token: got %d, want 401", code)
	}
}

func TestAnObjectIsWrittenOnlyOverTheGenerationThatIsNamed(t *testing.T) {
	d := bucketed(t)
	const upload, one = "POST /upload/storage/v1/b/the-bucket/o?uploadType=media&name=it", "GET /storage/storage/v1/b/the-bucket/o/it"
	d.refuses(one, "", 404, "No such object: the-bucket/it")
	first := d.must(upload+"&ifGenerationMatch=0", "one")["generation"].(string)
	d.refuses(upload+"&ifGenerationMatch=0", "two", 412, "conditionNotMet")
	d.refuses(upload+"&ifGenerationMatch=12", "two", 412, "conditionNotMet")
	second := d.must(upload+"&ifGenerationMatch="+first, "two")["generation"].(string)
	if second <= first {
		t.Errorf("generations %s and then %s, want a greater one", first, second)
	}
	d.refuses(one+"?ifGenerationMatch="+first, "", 412, "conditionNotMet")
	for generation, want := range map[string]string{"": "two", "&generation=" + first: "one"} {
		if got := d.content(one + "?alt=media" + generation); got != want {
			t.Errorf("content%s = %q, want %q", generation, got, want)
		}
	}
	if got := d.content("GET /storage/storage/v1/b/the-bucket/o/none?alt=media"); got != "No such object: the-bucket/none" {
		t.Errorf("content of none = %q, want what Google says of it, in plain text", got)
	}
}

// content is an answer as it comes.
func (d *stand) content(line string) string {
	d.t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func TestAnUploadIsHeldToItsChecksum(t *testing.T) {
	d := bucketed(t)
	upload := func(said string) (int, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, part := range [][2]string{{"application/json", said}, {"text/plain", "hello"}} {
			p, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {part[0]}})
			if err == nil {
				_, err = p.Write([]byte(part[1]))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/upload/storage/v1/b/the-bucket/o?uploadType=multipart", &b)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+d.token)
		r.Header.Set("Content-Type", "multipart/related; boundary="+w.Boundary())
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(text)
	}
	// The CRC32C of hello is 9a71bb4c.
	if code, said := upload(`{"name": "it", "crc32c": "mnG7TA=="}`); code != 200 || !strings.Contains(said, `"size":"5"`) {
		t.Errorf("got %d %s, want it taken", code, said)
	}
	if code, said := upload(`{"name": "it", "crc32c": "AAAAAA=="}`); code != 400 || !strings.Contains(said, "doesn't match calculated") {
		t.Errorf("got %d %s, want it refused", code, said)
	}
	if code, said := upload(`{"crc32c": "mnG7TA=="}`); code != 400 || !strings.Contains(said, "Required parameter") {
		t.Errorf("got %d %s, want a name asked for", code, said)
	}
	d.refuses("POST /upload/storage/v1/b/the-bucket/o?uploadType=resumable&name=x", "", 400, "Invalid upload type")
}
