package registry_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

func TestWhatDynamoDBRefusesIsNamedAndNeverLeadsToACreate(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
		want          fault.Kind
	}{
		{400, "ExpiredTokenException", "The security token included in the request is expired", fault.SessionExpired},
		{400, "UnrecognizedClientException", "The security token included in the request is invalid.", fault.SessionExpired},
		{400, "AccessDeniedException", "login session has expired, please reauthenticate", fault.SessionExpired},
		{400, "AccessDeniedException", "User is not authorized to perform: dynamodb:DescribeTable", fault.Denied},
		{400, "ThrottlingException", "Rate exceeded", fault.Throttled},
		{400, "LimitExceededException", "Subscriber limit exceeded", fault.Quota},
		{400, "ValidationException", "Invalid table name", fault.Invalid},
		{500, "InternalServerError", "", fault.Transient},
		{503, "", "", fault.Transient},
		{418, "TeapotException", "", fault.Bug},
		{0, "", "", fault.Transient}, // nobody answers
	} {
		t.Run(strconv.Itoa(c.status)+" "+c.code+" "+string(c.want), func(t *testing.T) {
			var asked []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
				asked = append(asked, operation)
				if c.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#` + c.code + `","message":"` + c.message + `"}`))
			}))
			defer srv.Close()
			p := placed(t, srv.URL, credentials.NewStaticCredentialsProvider("AKIA", "x", ""), nil)
			wrote, err := p.book.Prepare(t.Context(), home(), p.reg)
			f := fault.As(err)
			if wrote || f == nil || f.Kind != c.want || f.Login != "aws-sso" || f.Operation != "DescribeTable" {
				t.Errorf("prepare: got wrote %v and %v (%+v), want %s", wrote, err, f, c.want)
			}
			if _, err := p.book.Preview(t.Context(), home(), p.reg, []plan.Row{row("aws-prod")}); fault.KindOf(err) != c.want {
				t.Errorf("preview: got %v, want %s", err, c.want)
			}
			for _, a := range asked {
				if a != "DescribeTable" {
					t.Errorf("%s was called after the table could not be read", a)
				}
			}
		})
	}
}
