package azure

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

const storageService = "Microsoft.Storage"

func storageAccounts() family {
	return family{
		service: storageService, typed: "storageAccounts", since: "2019-06-01", takes: "azure.storage.account", located: true,
		head: []string{"sku", "kind", "identity", "extendedLocation"},
		fields: []string{
			"accessTier", "allowBlobPublicAccess", "allowCrossTenantReplication", "allowSharedKeyAccess", "allowedCopyScope", "azureFilesIdentityBasedAuthentication",
			"customDomain", "defaultToOAuthAuthentication", "dnsEndpointType", "enableExtendedGroups", "encryption", "immutableStorageWithVersioning", "isHnsEnabled",
			"isLocalUserEnabled", "isNfsV3Enabled", "isSftpEnabled", "keyPolicy", "largeFileSharesState", "minimumTlsVersion", "networkAcls", "publicNetworkAccess",
			"routingPreference", "sasPolicy", "supportsHttpsTrafficOnly",
		},
		check: checkAccount, show: showAccount,
	}
}

func storageRoutes() []route {
	return []route{{
		method: "POST", path: "/subscriptions/{sub}/providers/Microsoft.Storage/checkNameAvailability", service: storageService,
		operation: "storageAccounts.checkNameAvailability", since: "2019-06-01", reads: true, answer: checkAccountName,
	}}
}

var accountName = regexp.MustCompile(`^[a-z0-9]{3,24}$`)

// taken reports whether a storage account name is in use anywhere in the world.
func (c *Cloud) taken(name string) bool {
	return slices.Contains(c.estate.TakenStorageNames, name) || c.things.named[nameOf(storageKind, name)] != nil
}

func checkAccountName(a *ask) {
	name := text(a.body, "name")
	switch {
	case text(a.body, "type") != storageKind:
		a.fail(http.StatusBadRequest, "InvalidValues", "The type must be '"+storageKind+"'.")
	case !accountName.MatchString(name):
		a.ok(http.StatusOK, obj{"nameAvailable": false, "reason": "AccountNameInvalid", "message": name + " is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only."})
	case a.taken(name):
		a.ok(http.StatusOK, obj{"nameAvailable": false, "reason": "AlreadyExists", "message": "The storage account named " + name + " is already taken."})
	default:
		a.ok(http.StatusOK, obj{"nameAvailable": true})
	}
}

func checkAccount(a *ask, old, t *thing) bool {
	sku := text(object(t.head, "sku"), "name")
	kind := text(t.head, "kind")
	tls := text(t.props, "minimumTlsVersion")
	switch {
	case !accountName.MatchString(t.name):
		a.fail(http.StatusBadRequest, "AccountNameInvalid", t.name+" is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.")
	case old == nil && a.ours(t.name):
		a.fail(http.StatusConflict, "StorageAccountInAnotherResourceGroup", "The account "+t.name+" is already in another resource group in this subscription.")
	case old == nil && a.taken(t.name):
		a.fail(http.StatusConflict, "StorageAccountAlreadyTaken", "The storage account named "+t.name+" is already taken.")
	case sku == "" || kind == "":
		a.fail(http.StatusBadRequest, "InvalidRequestPropertyValue", "The values for required properties in the request are missing: sku, kind.")
	case tls != "" && tls != "TLS1_0" && tls != "TLS1_1" && tls != "TLS1_2" && tls != "TLS1_3":
		a.fail(http.StatusBadRequest, "InvalidValues", "The value '"+tls+"' is not allowed for property minimumTlsVersion.")
	default:
		object(t.head, "sku")["tier"], _, _ = strings.Cut(sku, "_")
		for field, v := range map[string]any{
			"supportsHttpsTrafficOnly": true, "allowBlobPublicAccess": false, "minimumTlsVersion": "TLS1_0", "accessTier": "Hot",
			"networkAcls": obj{"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": []any{}, "virtualNetworkRules": []any{}},
		} {
			if t.props[field] == nil {
				t.props[field] = v
			}
		}
		return true
	}
	return false
}

// ours reports whether an account of the name stands in the subscription of the path.
func (a *ask) ours(name string) bool {
	t := a.things.named[nameOf(storageKind, name)]
	return t != nil && shelf(t.id) == a.subscription().id
}

// showAccount adds what the cloud knows of an account. One that is being made answers Creating.
func showAccount(c *Cloud, t *thing, props obj) {
	made := stamp(t.made)
	if props["provisioningState"] == "Updating" {
		props["provisioningState"] = "Creating"
	}
	props["creationTime"], props["primaryLocation"], props["statusOfPrimary"] = made, t.location, "available"
	props["keyCreationTime"] = obj{"key1": made, "key2": made}
	service := obj{"enabled": true, "keyType": "Account", "lastEnabledTime": made}
	if props["encryption"] == nil {
		props["encryption"] = obj{"keySource": "Microsoft.Storage", "services": obj{"blob": service, "file": service}}
	}
	ends := obj{}
	for _, s := range []string{"blob", "file", "queue", "table", "dfs", "web"} {
		ends[s] = "https://" + t.name + "." + s + ".core.windows.net/"
	}
	props["primaryEndpoints"] = ends
	var links []obj
	for _, e := range c.things.near(t.id) {
		for _, l := range objects(e.props, "privateLinkServiceConnections") {
			if e.kind == endpointKind && strings.EqualFold(text(object(l, "properties"), "privateLinkServiceId"), t.id) {
				name := t.name + "." + idOf("connection", e.id)
				links = append(links, obj{"id": t.id + "/privateEndpointConnections/" + name, "name": name, "type": storageKind + "/privateEndpointConnections", "properties": obj{
					"provisioningState": "Succeeded", "privateEndpoint": obj{"id": e.id},
					"privateLinkServiceConnectionState": obj{"status": "Approved", "description": "Auto-Approved", "actionRequired": "None"},
				}})
			}
		}
	}
	if props["privateEndpointConnections"] = values(links); links == nil {
		props["privateEndpointConnections"] = []any{}
	}
}
