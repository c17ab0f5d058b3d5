package webhook

import (
	"context"
	"encoding/base64"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// prefix begins a secret that signs by HMAC-SHA256. The scheme's other keys begin with whsk_ and whpk_.
const prefix = "whsec_"

// secret reads the signing secret. A vault that is closed for a while, or to us, is no reason to give a notice up: whoever
// opens it again will want to have been told.
func (h *Hook) secret(ctx context.Context, item string) (plan.Secret, error) {
	s, err := h.keeper.Reveal(ctx, item, Field)
	if f := fault.As(err); f != nil && f.Kind.Holds() {
		return plan.Secret{}, &fault.Fault{
			Kind: fault.Transient, Cloud: f.Cloud, Service: f.Service, Operation: f.Operation, Code: f.Code,
			Message: "the webhook's signing secret cannot be read just now: " + f.Message, Hint: f.Hint, Err: err,
		}
	}
	return s, err
}

// key makes a key of a secret, which the scheme wants to have 24 to 64 bytes.
func key(s plan.Secret) (*standardwebhooks.Webhook, error) {
	text, is := strings.CutPrefix(s.Reveal(), prefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !is || err != nil || len(raw) < 24 || len(raw) > 64 {
		return nil, fault.New(fault.Invalid, "Put "+prefix+" and 24 to 64 random bytes in base64 there, and give the receiver the same.",
			"the webhook's signing secret is not of the form %s<base64>", prefix)
	}
	k, err := standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "Put another secret there, and give the receiver the same.", "the webhook's signing secret cannot be used")
	}
	return k, nil
}
