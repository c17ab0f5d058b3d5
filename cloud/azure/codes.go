package azure

import (
	"net/http"
	"strings"

	"github.com/itbytes/landfall/fault"
)

// ofCode names an answer of the resource manager or Graph by its codes, then by what it says, then by its status.
func ofCode(code string, status int, b errorBody) (fault.Kind, string) {
	if code == "RequestDisallowedByPolicy" && strings.Contains(b.text(), "multi-factor authentication") {
		// Azure asks people for a second factor before they change anything, and says so as a policy of its own.
		return fault.SessionExpired, "Sign in again with multi-factor authentication, then resume."
	}
	for _, c := range append([]string{code}, b.codes()...) {
		if k, hint, known := byCode(c); known {
			return k, hint
		}
	}
	if k, hint, known := byText(code, b.text()); known {
		return k, hint
	}
	return byStatus(code, status)
}

// byCode is what a code means wherever it comes from.
func byCode(code string) (fault.Kind, string, bool) {
	switch code {
	case "TooManyRequests", "SubscriptionRequestsThrottled", "ResourceRequestsThrottled", "OperationThrottled", "activityLimitReached":
		return fault.Throttled, "Wait; the call is made again when Azure said.", true
	case "AnotherOperationInProgress", "RetryableError", "InternalServerError", "ServiceUnavailable", "ServerTimeout",
		"ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "ActiveDurationTooShort", "ReferencedResourceNotProvisioned":
		return fault.Transient, "Wait; another operation must end first and the call is made again.", true
	case "PrincipalNotFound", "NoBackingApplicationObject", "Request_ResourceNotFound", "Directory_ObjectNotFound", "MissingSubscriptionRegistration",
		"Subscription Not Registered":
		return fault.Propagating, "Wait; it was made a moment ago and is not yet seen everywhere.", true
	case "InvalidAuthenticationToken", "ExpiredAuthenticationToken", "InvalidAuthenticationTokenTenant", "AuthenticationFailed":
		return fault.SessionExpired, "Sign in again, then resume.", true
	case "RoleAssignmentRequestAcrsValidationFailed":
		return fault.SessionExpired, "Sign in again with the stronger authentication that the role asks for, then resume.", true
	case "DisabledSubscription", "ReadOnlyDisabledSubscription", "SubscriptionNotActive", "SubscriptionIsUnderDeletion":
		return fault.Locked, "Have the subscription reactivated, then resume.", true
	case "ScopeLocked":
		return fault.Locked, "Have the management lock on it removed, then resume.", true
	case "AuthorizationFailed", "LinkedAuthorizationFailed", "AuthorizationPermissionMismatch":
		return fault.Denied, "Have the role that holds the named action assigned to the login at the named scope, then resume.", true
	case "Authorization_RequestDenied":
		return fault.Denied, "Have the Graph permission or the directory role granted to the login, then resume.", true
	case "RequestDisallowedByPolicy", "RequestDisallowedByAzure":
		return fault.Denied, "Have the named policy exempt this subscription, or change the plan to what it allows, then resume.", true
	case "SubscriptionNotFound", "InvalidSubscriptionId":
		return fault.Denied, "Give the login a role in the subscription, or correct its id in the plan, then resume.", true
	case "AadPremiumLicenseRequired":
		return fault.Entitlement, "Assign a licence that contains the named Entra ID plan, then resume.", true
	case "FeatureNotRegistered", "SubscriptionNotRegisteredForFeature", "PreviewFeatureNotRegistered", "PendingApproval", "PendingAdminDecision":
		return fault.PendingApproval, "Wait for the approval; its state is asked for again.", true
	case "RoleAssignmentLimitExceeded", "QuotaExceeded", "MaxStorageAccountsCountPerSubscriptionExceeded", "ResourceGroupQuotaExceeded",
		"Directory_QuotaExceeded", "ResourceCountExceedsLimitDueToTemplate":
		return fault.Quota, "Request a higher limit, or free one of those in use, then resume.", true
	case "RoleAssignmentExists", "FailedAsResourceIsLocked", "StorageAccountAlreadyTaken", "StorageAccountAlreadyExists", "PreconditionFailed",
		"ObjectConflict", "InUseSubnetCannotBeDeleted", "InUseNetworkSecurityGroupCannotBeDeleted", "CannotDeleteResource", "NetcfgSubnetRangesOverlap", "PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled":
		return fault.Conflict, "Look at what stands there, then resume; it is observed again.", true
	case "HostNameNotOnVerifiedDomain":
		return fault.Denied, "Have the tenant's application management policy exempt the application, then resume.", true
	case "NsgFlowLogCreationBlocked":
		return fault.Retired, "Log the virtual network instead of the network security group.", true
	case "NonAzSkusNotAllowedForVPNGateway":
		return fault.Retired, "Choose a gateway size with zones: VpnGw1AZ or larger.", true
	case "VmssVpnGatewayPublicIpsMustHaveZonesConfigured":
		return fault.Invalid, "Give the gateway's public addresses zones.", true
	case "NoRegisteredProviderFound", "InvalidRoleAssignmentRequestSchedule", "RoleAssignmentDoesNotExist", "RoleDefinitionDoesNotExist", "InvalidResourceType":
		return fault.Invalid, "Correct the plan: Azure does not have what it asks for there.", true
	}
	return "", "", false
}

// byText is what the message says where the code says too little.
func byText(code, text string) (fault.Kind, string, bool) {
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("Microsoft Entra ID P1"), has("Microsoft Entra ID P2"), has("Microsoft Entra ID Governance license"):
		return fault.Entitlement, "Assign a licence that contains the named Entra ID plan, then resume.", true
	case has("nother update operation is in progress"), has("nother operation is in progress"), has("concurrent"):
		return fault.Transient, "Wait; another operation must end first and the call is made again.", true
	case has("sufficient permissions on the specified invoice section"), has("billing scope") && code == "Forbidden":
		return fault.Denied, "Give the login the role Azure subscription creator on the invoice section; a role in Azure is not enough; then resume.", true
	case has("Credential lifetime exceeds the max value"):
		return fault.Invalid, "Set credentialDays in the plan to what the tenant's application management policy allows.", true
	case code == "RoleAssignmentRequestPolicyValidationFailed":
		return byRule(has)
	case has("Security Defaults is enabled") || has("security defaults") && has("Conditional Access"):
		return fault.Conflict, "Keep either Security Defaults or Conditional Access; Entra does not allow both.", true
	}
	return "", "", false
}

// byRule is which rule of a role's policy refused an activation.
func byRule(has func(string) bool) (fault.Kind, string, bool) {
	switch {
	case has("MfaRule"):
		return fault.SessionExpired, "Sign in again with multi-factor authentication, then resume.", true
	case has("EligibilityRule"):
		return fault.Denied, "Make the principal eligible for the role, then resume.", true
	case has("JustificationRule"):
		return fault.Invalid, "Give the reason that the role's policy asks for.", true
	case has("TicketingRule"):
		return fault.Invalid, "Give the ticket that the role's policy asks for.", true
	}
	return fault.Invalid, "Ask for a shorter time: the role's policy sets the longest.", true
}

// byStatus is what is left: an answer with no code that anybody knows.
func byStatus(code string, status int) (fault.Kind, string) {
	switch {
	case strings.HasSuffix(code, "QuotaExceeded"), strings.HasSuffix(code, "LimitExceeded"), strings.HasSuffix(code, "LimitReached"):
		return fault.Quota, "Request a higher limit, or free one of those in use, then resume."
	case status == http.StatusTooManyRequests:
		return fault.Throttled, "Wait; the call is made again when Azure said."
	case status == http.StatusUnauthorized:
		return fault.SessionExpired, "Sign in again, then resume."
	case status == http.StatusForbidden:
		return fault.Denied, "Have the missing permission granted to the login, then resume."
	case status == http.StatusNotFound:
		return fault.Conflict, "What it stands on is not there; see to that, then resume."
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return fault.Conflict, "Look at what stands there, then resume; it is observed again."
	case status == http.StatusNotImplemented:
		return fault.Invalid, "Use an endpoint that has this operation."
	case status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return fault.Transient, "Wait; the call is made again."
	}
	return fault.Invalid, "Correct the plan by what the message says, then run it again."
}
