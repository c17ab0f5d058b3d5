package azure

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/baseline"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// feature is a preview's registration in a subscription (Microsoft.Features).
type feature struct {
	Properties struct {
		State string `json:"state"` // NotRegistered, Pending, Registering, Registered, Unregistering or Unregistered
	} `json:"properties"`
}

var namedFeature = regexp.MustCompile(`for feature ([A-Za-z.]+/[A-Za-z0-9_.-]+)`)

// previewOf is the preview that an answer says a write stands behind, or "".
func previewOf(err error) string {
	switch session.Code(err) {
	case "SubscriptionNotRegisteredForFeature", "FeatureNotRegistered", "PreviewFeatureNotRegistered":
	default:
		return ""
	}
	if m := namedFeature.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	return ""
}

// gate is a step's place in a session's memory of previews.
func gate(s *session.Session, t plan.Task) string { return s.Subscription + "/" + t.Step.Name }

// awaited asks for the state of the preview that the step was found to stand behind: nothing is tried before that is registered.
func awaited(ctx context.Context, s *session.Session, t plan.Task) error {
	known, gated := s.Previews.Load(gate(s, t))
	if !gated {
		return nil
	}
	if err := behind(ctx, s, known.(string)); err != nil {
		return err
	}
	s.Previews.Delete(gate(s, t))
	return nil
}

// behind reads a preview's state in the subscription and registers it where nobody has: that asks for it, and buys nothing. While
// it is not registered, the fault says what is owned already and what is awaited.
func behind(ctx context.Context, s *session.Session, name string) error {
	namespace, short, _ := strings.Cut(name, "/")
	at := s.Scope() + "/providers/Microsoft.Features/providers/" + namespace + "/features/" + short
	var f feature
	err := s.Call(ctx, http.MethodGet, at, "2021-07-01", &f)
	if err == nil && (f.Properties.State == "NotRegistered" || f.Properties.State == "Unregistered") {
		err = s.Call(ctx, http.MethodPost, at+"/register", "2021-07-01", &f)
	}
	if err != nil {
		return err
	}
	if f.Properties.State == "Registered" {
		providers, err := armresources.NewProvidersClient(s.Subscription, s.Cred, s.ARM)
		if err != nil {
			return err
		}
		_, err = providers.Register(ctx, namespace, nil) // only so does the provider hear of it
		return err
	}
	return &fault.Fault{
		Kind: fault.PendingApproval, Service: "Microsoft.Features", Operation: "GET features", Code: f.Properties.State,
		Message: fmt.Sprintf("%s; the blocker is the approval of the preview %s, which is %s for the subscription %s", baseline.Owned(ctx, s), name, f.Properties.State, s.Subscription),
		Hint:    "Wait until Azure has approved the preview: its registration state is asked for again, and the step goes on by itself once that is Registered.",
	}
}

// gated turns the refusal of a write that stands behind a preview into what is awaited, and remembers it for the next entry.
func gated(ctx context.Context, s *session.Session, t plan.Task, refusal error) error {
	name := previewOf(refusal)
	if name == "" {
		return refusal
	}
	s.Previews.Store(gate(s, t), name)
	if err := behind(ctx, s, name); err != nil {
		return err
	}
	return refusal // registered, and not yet heard of
}
