package gcp

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// page cuts a list where the caller, or the scenario's own page size, wants it cut. size names the parameter that
// says how many: pageSize, or maxResults in the older APIs.
func page[T any](c *Cloud, q *request, size string, most int, all []T) (cut []T, next string, p *problem) {
	n := most
	if s := q.arg(size); s != "" {
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 {
			return nil, "", invalid("Invalid value for field '%s': '%s'.", size, s)
		}
		if v > 0 && v < n {
			n = v
		}
	}
	if c.pageSize > 0 && c.pageSize < n {
		n = c.pageSize
	}
	from := 0
	if t := q.arg("pageToken"); t != "" {
		b, err := base64.URLEncoding.DecodeString(t)
		at, ok := strings.CutPrefix(string(b), q.route.operation+" ")
		v, bad := strconv.Atoi(at)
		if err != nil || !ok || bad != nil || v > len(all) {
			return nil, "", invalid("Invalid page token.")
		}
		from = v
	}
	if from+n >= len(all) {
		return all[from:], "", nil
	}
	return all[from : from+n], base64.URLEncoding.EncodeToString([]byte(q.route.operation + " " + strconv.Itoa(from+n))), nil
}
