package kernel

import (
	"net/http"
	"slices"
	"strings"
)

// stepProduct is the product by which a caller's User-Agent says for which piece of its own work a call is made.
const stepProduct = "landfall-step/"

// stepOf is that piece of work, cloud/environment/step: "aws/prod/vpc" where the User-Agent (RFC 9110, section 10.1.5) holds
// the product landfall-step/aws.prod.vpc, and "" where it holds none that is whole.
func stepOf(r *http.Request) string {
	for _, product := range strings.Fields(r.UserAgent()) {
		version, is := strings.CutPrefix(product, stepProduct)
		if !is {
			continue
		}
		if parts := strings.SplitN(version, ".", 3); len(parts) == 3 && !slices.Contains(parts, "") {
			return strings.Join(parts, "/")
		}
	}
	return ""
}
