package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"google.golang.org/api/googleapi"
)

// SecurityCenter is the client of the Security Center Management API, which has no Go client that this module could have.
type SecurityCenter struct {
	http *http.Client
	base string
}

// Detector is a securityCenterService: one of Security Command Center's ways of looking.
type Detector struct {
	Name     string `json:"name,omitempty"` // projects/…/locations/global/securityCenterServices/security-health-analytics
	Intended string `json:"intendedEnablementState,omitempty"`
	// Effective is what Intended came to, by what is inherited and what the tier allows.
	Effective string    `json:"effectiveEnablementState,omitempty"`
	Updated   time.Time `json:"updateTime,omitzero"` // when somebody last asked anything of it
}

// On reports whether the detector looks.
func (d Detector) On() bool { return d.Effective == "ENABLED" }

// Ineligible reports whether it was asked for, or offered, and the tier does not have it.
func (d Detector) Ineligible() bool {
	return d.Effective == "INELIGIBLE" || d.Intended == "INELIGIBLE" || (d.Intended == "ENABLED" && d.Effective == "DISABLED")
}

// Detectors lists a project's detectors, all pages.
func (c *SecurityCenter) Detectors(ctx context.Context, project string) ([]Detector, error) {
	var out []Detector
	for token, more := "", true; more; more = token != "" {
		q := url.Values{}
		if token != "" {
			q.Set("pageToken", token)
		}
		var page struct {
			Services []Detector `json:"securityCenterServices"`
			Next     string     `json:"nextPageToken"`
		}
		if err := c.do(ctx, http.MethodGet, "/v1/projects/"+project+"/locations/global/securityCenterServices", q, nil, &page); err != nil {
			return nil, err
		}
		out, token = append(out, page.Services...), page.Next
	}
	return out, nil
}

// Ask asks a detector to be in a state. Whether it is, the detector's effective state says.
func (c *SecurityCenter) Ask(ctx context.Context, project, detector, state string) error {
	name := "projects/" + project + "/locations/global/securityCenterServices/" + detector
	return c.do(ctx, http.MethodPatch, "/v1/"+name, url.Values{"updateMask": {"intendedEnablementState"}}, Detector{Name: name, Intended: state}, nil)
}

// Tier is the tier that was bought for an organisation: STANDARD, PREMIUM or ENTERPRISE.
func (c *SecurityCenter) Tier(ctx context.Context, organization string) (string, error) {
	var m struct {
		Tier string `json:"billingTier"`
	}
	err := c.do(ctx, http.MethodGet, "/v1/"+organization+"/locations/global/billingMetadata", nil, nil, &m)
	return m.Tier, err
}

func (c *SecurityCenter) do(ctx context.Context, method, path string, q url.Values, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path+"?"+q.Encode(), body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer shut(resp.Body)
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
