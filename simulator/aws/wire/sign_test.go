package wire

import (
	"net/http/httptest"
	"testing"
	"time"
)

// The requests, the secret and the signatures are of AWS's own test suite for Signature Version 4.
func TestAWSsOwnVectorsAreGenuine(t *testing.T) {
	for path, signature := range map[string]string{
		"/":                             "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		"/?Param2=value2&Param1=value1": "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	} {
		r := httptest.NewRequest("GET", "http://example.amazonaws.com"+path, nil)
		r.Header.Set("X-Amz-Date", "20150830T123600Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature="+signature)
		s, signed := Signed(r)
		if !signed || s.Key != "AKIDEXAMPLE" || s.Service != "service" || s.Region != "us-east-1" {
			t.Fatalf("%s: got %+v, %t", path, s, signed)
		}
		if !s.Genuine(r, nil, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") {
			t.Errorf("%s: AWS's own signature is not taken", path)
		}
		if s.Genuine(r, nil, "another") || s.Genuine(r, []byte("another body"), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") {
			t.Errorf("%s: a signature of something else is taken", path)
		}
		if at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC); s.Stale(r, at.Add(14*time.Minute)) || !s.Stale(r, at.Add(16*time.Minute)) {
			t.Errorf("%s: a signature counts for a quarter of an hour", path)
		}
	}
}

func TestARequestWithoutAWholeSignatureIsUnsigned(t *testing.T) {
	for _, header := range []string{"", "Bearer token", "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam, SignedHeaders=host, Signature=aa", "AWS4-HMAC-SHA256 SignedHeaders=host"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if s, signed := Signed(r); signed {
			t.Errorf("%q: got %+v, want unsigned", header, s)
		}
	}
}
