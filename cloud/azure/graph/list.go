package graph

import (
	"context"
	"net/url"
	"strings"
)

// page is one answer of a list.
type page[T any] struct {
	Value []T    `json:"value"`
	Next  string `json:"@odata.nextLink"`
}

// List reads a whole list, page after page: an absence is only proven by a list that is complete.
func List[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var out []T
	for path != "" {
		var p page[T]
		if err := c.Get(ctx, path, &p); err != nil {
			return nil, err
		}
		out = append(out, p.Value...)
		path = c.rest(p.Next)
	}
	return out, nil
}

// rest is a next link as a path below the Client's base: whatever host an answer names, tokens go only to ours.
func (c *Client) rest(next string) string {
	if next == "" {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil {
		return ""
	}
	_, path, found := strings.Cut(u.EscapedPath(), c.base[strings.LastIndex(c.base, "/"):]+"/")
	if !found {
		return ""
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

// Key is an alternate key as Graph writes it in a path: applications(uniqueName='x').
func Key(set, property, value string) string {
	return set + "(" + property + "='" + url.PathEscape(strings.ReplaceAll(value, "'", "''")) + "')"
}
