package subscription

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// billingVersion is the version of Microsoft.Billing that is spoken to.
const billingVersion = "2024-04-01"

// orderable is an invoice section on which the login may order subscriptions.
type orderable struct {
	Section string `json:"invoiceSectionId"`
}

// mayOrder refuses to order a subscription where the login has no billing role for it: a role in Azure, whichever, is none. For an
// invoice section Microsoft.Billing lists those on which the caller may; of an enrolment account it tells only what the caller may
// do at all.
func mayOrder(ctx context.Context, s *session.Session, t plan.Task) error {
	scope := t.Landing.Billing
	account, _, section := strings.Cut(scope, "/billingProfiles/")
	role := "enrollment account subscription creator on the enrolment account"
	var may bool
	var err error
	if section {
		role = "Azure subscription creator on the invoice section"
		var on []orderable
		on, err = session.All[orderable](ctx, s, http.MethodPost, account+"/listInvoiceSectionsWithCreateSubscriptionPermission", billingVersion)
		may = slices.ContainsFunc(on, func(o orderable) bool { return session.Same(o.Section, scope) })
	} else {
		var held []session.Permission
		held, err = session.All[session.Permission](ctx, s, http.MethodGet, scope+"/billingPermissions", billingVersion)
		may = slices.ContainsFunc(held, func(p session.Permission) bool { return len(p.Actions) > 0 })
	}
	if c := session.Code(err); err != nil && c != "UserNotAuthorized" && c != "AuthorizationFailed" {
		return err
	}
	if may {
		return nil
	}
	return &fault.Fault{
		Kind: fault.Denied, Service: "Microsoft.Billing", Operation: "subscription order", Code: "BillingRoleMissing",
		Message: "the login may not order subscriptions on " + scope,
		Hint:    "Have the billing account's owner give the login the role " + role + " (a role in Azure is not enough), then resume.",
	}
}
