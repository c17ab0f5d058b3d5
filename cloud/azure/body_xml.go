package azure

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// xmlBody reads an error as the storage services write it: XML after a byte order mark, with the request's id and time on
// lines of their own.
func xmlBody(b []byte) (errorBody, bool) {
	var said struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}
	if xml.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &said) != nil {
		return errorBody{}, false
	}
	message, _, _ := strings.Cut(said.Message, "\n")
	return errorBody{Code: said.Code, Message: message}, true
}
