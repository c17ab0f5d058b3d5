package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// putHalfABlock sets half of an account's block on public buckets, as somebody does who knows nothing of Landfall. Their
// access key is the one that the vault's item holds.
func (s *scene) putHalfABlock(account, item string) {
	s.Helper()
	kept := s.Kept(vault, item)
	const body = `<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">` +
		`<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>` +
		`<BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>`
	call, err := http.NewRequestWithContext(s.Context(), http.MethodPut, s.Setting("LANDFALL_AWS_ENDPOINT")+"/v20180820/configuration/publicAccessBlock", strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	call.Header.Set("X-Amz-Account-Id", account)
	sum := sha256.Sum256([]byte(body))
	key := aws.Credentials{AccessKeyID: kept["access key id"], SecretAccessKey: kept["secret access key"]}
	if err := v4.NewSigner().SignHTTP(s.Context(), key, call, hex.EncodeToString(sum[:]), "s3", "us-east-1", time.Now()); err != nil {
		s.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(call) //nolint:forbidigo // a test's own server
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode >= 300 {
		s.Fatalf("somebody's call: %s %s", answer.Status, said)
	}
}

// digest names a plan as it is approved.
func (s *scene) digest(plan string) string {
	s.Helper()
	var said struct{ Digest string }
	if err := json.Unmarshal([]byte(s.Must(0, "validate", plan, "-o", "json")), &said); err != nil {
		s.Fatal(err)
	}
	return said.Digest
}
