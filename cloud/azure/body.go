package azure

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// errorBody is an error as the resource manager and Graph write it. Some say more in details, Graph in innerError.
type errorBody struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Details []errorBody `json:"details"`
	Inner   struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"innerError"`
}

// bodyOf reads an answer's error; the SDK has kept the body so that it can be read again.
func bodyOf(r *http.Response) errorBody {
	if r == nil {
		return errorBody{}
	}
	b, err := runtime.Payload(r)
	if err != nil {
		return errorBody{}
	}
	var wrapped struct {
		Error *errorBody `json:"error"`
		errorBody
	}
	if err := json.Unmarshal(b, &wrapped); err != nil {
		if said, is := xmlBody(b); is {
			return said
		}
		return errorBody{Message: string(b)}
	}
	if wrapped.Error != nil {
		return *wrapped.Error
	}
	return wrapped.errorBody
}

// codes are all the codes of an error, the outermost first.
func (b errorBody) codes() []string {
	out := []string{b.Code}
	for _, d := range b.Details {
		out = append(out, d.codes()...)
	}
	if b.Inner.Code != "" {
		out = append(out, b.Inner.Code)
	}
	return out
}

// text is all that an error says, in one line.
func (b errorBody) text() string {
	parts := []string{b.Message}
	for _, d := range b.Details {
		if d.Message != "" && !strings.Contains(b.Message, d.Message) {
			parts = append(parts, d.Message)
		}
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}
