package judge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	rolefake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy"
	policyfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/security/armsecurity"
	securityfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/security/armsecurity/fake"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

const benchmark = "1f3afdf9-d0c9-4c3d-847f-89da613e70a8"

func TestRoleAssignmentsAreListedPageByPageAsTheSDKHasThem(t *testing.T) {
	w := open(t)
	at := to.Ptr(time.Now())
	// armauthorization/v2 v2.2.0, ExampleRoleAssignmentsClient_Create_createRoleAssignmentForResourceGroup (specification 2022-04-01,
	// examples/RoleAssignments_CreateForResourceGroup.json) and the dates that reads have.
	example := armauthorization.RoleAssignment{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armauthorization.RoleAssignmentProperties{
			PrincipalID: to.Ptr("x"), PrincipalType: to.Ptr(armauthorization.PrincipalTypeUser), RoleDefinitionID: to.Ptr("x"), Scope: to.Ptr("x"), CreatedOn: at, UpdatedOn: at,
		},
	}
	w.Hold(t, judge.Trial{
		Fake: rolefake.NewRoleAssignmentsServerTransport(&rolefake.RoleAssignmentsServer{
			NewListForScopePager: func(string, *armauthorization.RoleAssignmentsClientListForScopeOptions) (p azfake.PagerResponder[armauthorization.RoleAssignmentsClientListForScopeResponse]) {
				p.AddPage(http.StatusOK, armauthorization.RoleAssignmentsClientListForScopeResponse{RoleAssignmentListResult: armauthorization.RoleAssignmentListResult{Value: []*armauthorization.RoleAssignment{&example}}}, nil)
				return p
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armauthorization.NewRoleAssignmentsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.NewListForScopePager("/subscriptions/"+sub, &armauthorization.RoleAssignmentsClientListForScopeOptions{Filter: to.Ptr("atScope()")}).NextPage(t.Context())
			return r.RoleAssignmentListResult, err
		},
	})
}

func TestAPolicyAssignmentIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	definition := "/providers/Microsoft.Authorization/policySetDefinitions/" + benchmark
	// armpolicy v1.0.0, ExampleAssignmentsClient_Create_createOrUpdateAPolicyAssignment (specification 2025-03-01,
	// examples/createPolicyAssignment.json).
	example := armpolicy.Assignment{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armpolicy.AssignmentProperties{
			Description: to.Ptr("x"), DisplayName: to.Ptr("x"), EnforcementMode: to.Ptr(armpolicy.EnforcementModeDefault), Metadata: map[string]any{"assignedBy": "x"},
			PolicyDefinitionID: to.Ptr("x"), Scope: to.Ptr("x"),
		},
	}
	w.Hold(t, judge.Trial{
		Fake: policyfake.NewAssignmentsServerTransport(&policyfake.AssignmentsServer{
			Create: func(context.Context, string, string, armpolicy.Assignment, *armpolicy.AssignmentsClientCreateOptions) (r azfake.Responder[armpolicy.AssignmentsClientCreateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusCreated, armpolicy.AssignmentsClientCreateResponse{Assignment: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armpolicy.NewAssignmentsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.Create(t.Context(), "/subscriptions/"+sub, "landfall-mcsb", armpolicy.Assignment{Properties: &armpolicy.AssignmentProperties{
				PolicyDefinitionID: to.Ptr(definition), DisplayName: to.Ptr("benchmark"), Description: to.Ptr("benchmark"), Metadata: map[string]any{"assignedBy": "landfall"},
			}}, nil)
			return r.Assignment, err
		},
	})
	// ExampleSetDefinitionsClient_GetBuiltIn (examples/getBuiltInPolicySetDefinition.json).
	set := armpolicy.SetDefinition{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armpolicy.SetDefinitionProperties{
			DisplayName: to.Ptr("x"), Description: to.Ptr("x"), PolicyType: to.Ptr(armpolicy.PolicyTypeBuiltIn), Metadata: map[string]any{"category": "x"}, Version: to.Ptr("x"), Versions: []*string{to.Ptr("x")},
			PolicyDefinitions: []*armpolicy.DefinitionReference{{PolicyDefinitionID: to.Ptr("x"), PolicyDefinitionReferenceID: to.Ptr("x")}},
		},
	}
	w.Hold(t, judge.Trial{
		Fake: policyfake.NewSetDefinitionsServerTransport(&policyfake.SetDefinitionsServer{
			GetBuiltIn: func(context.Context, string, *armpolicy.SetDefinitionsClientGetBuiltInOptions) (r azfake.Responder[armpolicy.SetDefinitionsClientGetBuiltInResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armpolicy.SetDefinitionsClientGetBuiltInResponse{SetDefinition: set}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armpolicy.NewSetDefinitionsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.GetBuiltIn(t.Context(), benchmark, nil)
			return r.SetDefinition, err
		},
	})
}

func TestADefenderPlanIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armsecurity v0.15.0, ExamplePricingsClient_Update_updatePricingOnSubscriptionExampleForVirtualMachinesPlan (specification
	// 2024-01-01, examples/Pricings/PutPricingByName_example.json); additional extension properties are ours to give or leave.
	example := armsecurity.Pricing{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armsecurity.PricingProperties{
			EnablementTime: to.Ptr(time.Now()), Enforce: to.Ptr(armsecurity.EnforceTrue), FreeTrialRemainingTime: to.Ptr("x"), PricingTier: to.Ptr(armsecurity.PricingTierStandard),
			ResourcesCoverageStatus: to.Ptr(armsecurity.ResourcesCoverageStatusFullyCovered), SubPlan: to.Ptr("P2"), Extensions: []*armsecurity.Extension{
				{Name: to.Ptr("x"), IsEnabled: to.Ptr(armsecurity.IsEnabledTrue), OperationStatus: &armsecurity.OperationStatus{Code: to.Ptr("x"), Message: to.Ptr("x")}},
			},
		},
	}
	w.Hold(t, judge.Trial{
		Fake: securityfake.NewPricingsServerTransport(&securityfake.PricingsServer{
			Update: func(context.Context, string, string, armsecurity.Pricing, *armsecurity.PricingsClientUpdateOptions) (r azfake.Responder[armsecurity.PricingsClientUpdateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armsecurity.PricingsClientUpdateResponse{Pricing: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armsecurity.NewPricingsClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.Update(t.Context(), "subscriptions/"+sub, "VirtualMachines", armsecurity.Pricing{Properties: &armsecurity.PricingProperties{PricingTier: to.Ptr(armsecurity.PricingTierStandard), SubPlan: to.Ptr("P2")}}, nil)
			return r.Pricing, err
		},
	})
	list := armsecurity.PricingList{Value: []*armsecurity.Pricing{&example, {Properties: &armsecurity.PricingProperties{Deprecated: to.Ptr(true), ReplacedBy: []*string{to.Ptr("Containers")}}}}}
	w.Hold(t, judge.Trial{
		Fake: securityfake.NewPricingsServerTransport(&securityfake.PricingsServer{
			List: func(context.Context, string, *armsecurity.PricingsClientListOptions) (r azfake.Responder[armsecurity.PricingsClientListResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armsecurity.PricingsClientListResponse{PricingList: list}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armsecurity.NewPricingsClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.List(t.Context(), "subscriptions/"+sub, nil)
			return r.PricingList, err
		},
	})
}
