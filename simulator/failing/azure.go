package failing

import (
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// azure is how Azure Resource Manager and its providers, Microsoft Graph (service graph) and Entra (entra) say it.
func azure() []row {
	arm, graph, entra := []string{"Microsoft."}, []string{"graph"}, []string{"entra"}
	roles, network, storage := []string{"Microsoft.Authorization"}, []string{"Microsoft.Network"}, []string{"Microsoft.Storage"}
	const soon = 200 * time.Millisecond
	return []row{
		{kind: throttled, services: entra, times: passes, status: 429, code: "temporarily_unavailable", message: "AADSTS90055: TenantThrottlingError - There are too many incoming requests.", after: soon},
		{kind: throttled, services: graph, times: passes, status: 429, code: "TooManyRequests", message: "Too many requests", after: soon},
		{kind: throttled, times: passes, status: 429, code: "TooManyRequests", message: "The request is being throttled as the limit has been reached for operation type - {operation}.", after: soon},

		{kind: transient, times: passes, status: 503, code: "ServiceUnavailable", message: "The service is unavailable. Please try again."},

		{kind: propagating, services: roles, only: writes, times: passes, status: 400, code: "PrincipalNotFound", message: "Principal does not exist in the directory. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay."},
		{kind: propagating, services: graph, only: writes, times: passes, status: 404, code: "Request_ResourceNotFound", message: "Resource does not exist or one of its queried reference-property objects are not present."},
		{kind: propagating, services: arm, only: writes, times: passes, status: 409, code: "MissingSubscriptionRegistration", message: "The subscription is not registered to use namespace '{service}'. See https://aka.ms/rps-not-found for how to register subscriptions."},

		{kind: denied, services: graph, status: 403, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."},
		{kind: denied, services: entra, status: 400, code: "unauthorized_client", message: "AADSTS65001: The user or administrator has not consented to use the application."},
		{kind: denied, status: 403, code: "AuthorizationFailed", message: "The client does not have authorization to perform action '{service}/{operation}' over scope '/subscriptions/{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."},

		{kind: entitlement, services: []string{"graph", "Microsoft.Authorization"}, status: 400, code: "AadPremiumLicenseRequired", message: "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."},

		// Each provider of the simulator has a preview of that name, which is pending until somebody approves it.
		{kind: pendingApproval, services: arm, only: writes, status: 400, code: "SubscriptionNotRegisteredForFeature", message: "Subscription {scope} is not registered for feature {service}/AllowSimulatedPreview required to carry out the requested operation."},

		{kind: quota, services: roles, only: writes, status: 400, code: "RoleAssignmentLimitExceeded", message: "No more role assignments can be created"},
		{kind: quota, services: graph, only: writes, status: 403, code: "Directory_QuotaExceeded", message: "The directory object quota limit for the Principal has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota."},
		{kind: quota, services: storage, only: writes, status: 409, code: "MaxStorageAccountsCountPerSubscriptionExceeded", message: "Subscription {scope} already contains the maximum number of storage accounts."},
		{kind: quota, services: []string{"Microsoft.Resources"}, begins: []string{"resourceGroups.put"}, status: 409, code: "ResourceGroupQuotaExceeded", message: "Creating the resource group would exceed the quota of '980'."},
		{kind: quota, services: arm, only: writes, status: 409, code: "QuotaExceeded", message: "Operation could not be completed as it results in exceeding approved quota."},

		{kind: conflict, services: roles, only: writes, status: 409, code: "RoleAssignmentExists", message: "The role assignment already exists."},
		{kind: conflict, services: storage, only: writes, status: 409, code: "StorageAccountAlreadyTaken", message: "The storage account named is already taken."},
		{kind: conflict, services: graph, only: writes, status: 409, code: "Request_MultipleObjectsWithSameKeyValue", message: "Another object with the same value for property already exists."},
		{kind: conflict, services: arm, only: writes, status: 409, code: "Conflict", message: "The request could not be completed due to a conflict with the current state of the resource."},

		{kind: invalid, services: graph, status: 400, code: "Request_BadRequest", message: "Invalid value specified for property of resource."},
		{kind: invalid, services: arm, status: 400, code: "InvalidRequestFormat", message: "Cannot parse the request."},

		{kind: retired, services: network, begins: []string{"flowLogs.put"}, status: 400, code: "NsgFlowLogCreationBlocked", message: "Creation of new NSG flow logs is blocked as NSG flow logs are being retired. Use virtual network flow logs instead."},

		{kind: bug, services: []string{"Microsoft.", "graph"}, do: kernel.DoGarble},
	}
}
