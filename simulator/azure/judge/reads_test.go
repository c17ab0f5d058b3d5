package judge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

func TestNoAnswerHasAFieldThatTheSDKDoesNotKnow(t *testing.T) {
	w := open(t)
	cred, scope := w.Credential(), "/subscriptions/"+sub
	for name, call := range map[string]func(o *arm.ClientOptions) (any, error){
		"aliases.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armsubscription.NewAliasClient(cred, o)
			if err != nil {
				return nil, err
			}
			if _, err := c.BeginCreate(t.Context(), "one", armsubscription.PutAliasRequest{Properties: &armsubscription.PutAliasRequestProperties{SubscriptionID: to.Ptr(sub)}}, nil); err != nil {
				return nil, err
			}
			r, err := c.List(t.Context(), nil)
			return r.AliasListResult, err
		},
		"subscriptions.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armsubscription.NewSubscriptionsClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(nil).NextPage(t.Context())
			return r.ListResult, err
		},
		"subscriptions.rename": func(o *arm.ClientOptions) (any, error) {
			c, err := armsubscription.NewClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.Rename(t.Context(), sub, armsubscription.Name{SubscriptionName: to.Ptr("it4bytes-sub-prod-core")}, nil)
			return r, err
		},
		"managementGroups.get": func(o *arm.ClientOptions) (any, error) {
			c, err := armmanagementgroups.NewClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.Get(t.Context(), tenant, &armmanagementgroups.ClientGetOptions{Expand: to.Ptr(armmanagementgroups.ManagementGroupExpandTypeChildren)})
			return r.ManagementGroup, err
		},
		"managementGroups.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armmanagementgroups.NewClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(nil).NextPage(t.Context())
			return r.ManagementGroupListResult, err
		},
		"entities.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armmanagementgroups.NewEntitiesClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(&armmanagementgroups.EntitiesClientListOptions{Filter: to.Ptr("name eq '" + sub + "'")}).NextPage(t.Context())
			return r.EntityListResult, err
		},
		"permissions.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armauthorization.NewPermissionsClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListForResourceGroupPager("rg-production", nil).NextPage(t.Context())
			return r.PermissionGetResult, err
		},
		"providers.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armresources.NewProvidersClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(nil).NextPage(t.Context())
			return r.ProviderListResult, err
		},
		"resourceGroups.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armresources.NewResourceGroupsClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(nil).NextPage(t.Context())
			return r.ResourceGroupListResult, err
		},
		"tags.patch": func(o *arm.ClientOptions) (any, error) {
			c, err := armresources.NewTagsClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.UpdateAtScope(t.Context(), scope, armresources.TagsPatchResource{Operation: to.Ptr(armresources.TagsPatchOperationMerge), Properties: &armresources.Tags{Tags: map[string]*string{"a": to.Ptr("b")}}}, nil)
			return r.TagsResource, err
		},
		"roleDefinitions.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armauthorization.NewRoleDefinitionsClient(cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(scope, &armauthorization.RoleDefinitionsClientListOptions{Filter: to.Ptr("roleName eq 'Security Reader'")}).NextPage(t.Context())
			return r.RoleDefinitionListResult, err
		},
		"policyAssignments.list": func(o *arm.ClientOptions) (any, error) {
			c, err := armpolicy.NewAssignmentsClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListPager(nil).NextPage(t.Context())
			return r.AssignmentListResult, err
		},
		"storageAccounts.checkNameAvailability": func(o *arm.ClientOptions) (any, error) {
			c, err := armstorage.NewAccountsClient(sub, cred, o)
			if err != nil {
				return nil, err
			}
			r, err := c.CheckNameAvailability(t.Context(), armstorage.AccountCheckNameAvailabilityParameters{Name: to.Ptr("somebodyelses"), Type: to.Ptr("Microsoft.Storage/storageAccounts")}, nil)
			return r.CheckNameAvailabilityResult, err
		},
	} {
		t.Run(name, func(t *testing.T) { w.Hold(t, judge.Trial{Call: call}) })
	}
}

func TestTheJudgeSeesAFieldTooMany(t *testing.T) {
	var s armsubscription.Subscription
	body := `{"subscriptionId":"x","owner":"y"}`
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(judge.Strangers(t, []byte(body), s), " "); got != ".owner" {
		t.Errorf("got %q, want .owner: a field that the model does not have", got)
	}
}
