package plan

// environmentWords are the words by which people tell environments and the like apart, and what each means.
var environmentWords = map[string]string{
	"prod": "prod", "prd": "prod", "production": "prod", "live": "prod",
	"nonprod": "nonprod", "nprd": "nonprod", "preprod": "preprod", "ppd": "preprod",
	"dti": "dti",
	"dev": "dev", "develop": "dev", "development": "dev",
	"test": "test", "tst": "test", "testing": "test",
	"int": "int", "integration": "int",
	"qa": "qa", "uat": "uat", "demo": "demo",
	"stg": "stage", "stage": "stage", "staging": "stage",
	"mgmt": "mgmt", "mgt": "mgmt", "mgm": "mgmt", "mng": "mgmt", "mngt": "mgmt", "management": "mgmt",
	"sandbox": "sandbox", "sbx": "sandbox", "sand": "sandbox",
	"shared": "shared", "common": "shared", "security": "security", "sec": "security",
	"log": "log", "logs": "log", "logging": "log", "audit": "audit", "backup": "backup", "dr": "dr",
}

// cloudWords are the words for clouds.
var cloudWords = map[string]string{
	"aws": "aws", "amazon": "aws",
	"azure": "azure", "az": "azure", "azr": "azure", "msft": "azure",
	"gcp": "gcp", "google": "gcp", "gcloud": "gcp", "gc": "gcp",
}

// kindWords say what kind of thing is named, or nothing: two names do not differ by them.
var kindWords = []string{
	"vnet", "vpc", "net", "network", "subnet", "snet", "rg", "resource", "resources", "group", "nsg", "sg",
	"sub", "subscription", "acct", "account", "proj", "project", "org", "organisation", "organization", "default", "the", "new", "old",
}
