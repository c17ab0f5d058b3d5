package plan

import (
	"fmt"
	"strings"
	"testing"
)

// sound is a valid plan; each case of the table spoils it in one place.
const sound = `apiVersion: landfall/v1
kind: Migration
metadata: {name: acme, owner: platform@acme.example}
organisation:
  slug: acme
  environments: [prod, dti, mgmt]
  tags: {owner: platform}
clouds:
  aws: {region: us-east-1, organization: o-acme000001, email: "aws+{env}@acme.example", login: sso}
  azure: {region: eastus, organization: 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111, login: entra, billing: /providers/Microsoft.Billing/billingAccounts/acme}
  gcp: {region: us-central1, organization: organizations/384756291034, login: google, billing: billingAccounts/01B2C3-D4E5F6-071829}
logins:
  sso: {type: aws-sso, startUrl: "https://acme.awsapps.com/start", account: "111122223333", role: Admin}
  keys: {type: aws-keys, account: "444455556666", user: landfall, item: op://acme/aws}
  entra: {type: entra-user}
  google: {type: gcp-user}
landings:
  - {cloud: aws, environment: prod, adopt: {id: "444455556666"}, fallback: keys}
  - {cloud: azure, environment: dti, skip: true, reason: no quota, until: 2027-03-31}
identities:
  - {name: robot-azure, cloud: azure, credential: op://acme/robot}
  - {name: robot-gcp, cloud: gcp, trust: [{name: ci, issuer: "https://token.example.com", subject: "repo:acme"}]}
network: {cidr: 10.64.0.0/12, prefix: 20, reserved: [10.80.0.0/16]}
baseline:
  default: enforce
  controls: {O05: report}
  waivers: [{control: GC-O01, scope: gcp/*, reason: tier, owner: ciso, expires: 2027-01-31}]
registry: {table: things, signingKey: op://acme/registry, exportTo: [azure/mgmt]}
dns: {zones: {aws: aws.acme.example, gcp: gcp.acme.example}}
journal: {table: acts}
manual: [{name: registrar, cloud: aws, environment: mgmt, outcome: The registrar delegates the zone., after: [dns-zone]}]
notify: {webhook: "https://hooks.acme.example/landfall", key: op://acme/hook, remind: 2h}
rotation:
  maxAge: 60d
  schedules:
    - {name: monthly, calendar: 0 3 1 * *, timeZone: Europe/Berlin, jitter: 2h}
    - {name: often, every: 30d, credentials: [keys, gcp]}
  freeze: [{from: 2026-12-20, to: 2027-01-06, reason: holidays}]
  credentials:
    - {id: robot-azure, grace: 48h, consumers: [{name: ci, webhook: "https://ci.acme.example/keys", key: op://acme/hook, ttl: 2h}]}
    - {id: keys, observe: 12h}
`

func TestEachMistakeIsNamedWithItsPlaceAndWhatToDo(t *testing.T) {
	for _, e := range []struct{ old, new, want string }{
		{
			"apiVersion: landfall/v1",
			"apiVersion: landfall/v2",
			`p.yaml:1:13: apiVersion: this version of Landfall does not read "landfall/v2". Write landfall/v1.`,
		},
		{
			"journal: {table: acts}", "journal: {table: things}",
			`p.yaml:30:18: journal.table: the journal and the registry are two tables. Name them apart.`,
		},
		{
			"exportTo: [azure/mgmt]", "exportTo: [aws/mgmt]",
			`p.yaml:28:70: registry.exportTo[0]: the registry itself is in AWS: an export there would be lost with it. Name landings of the other clouds.`,
		},
		{
			"exportTo: [azure/mgmt]", "exportTo: [azure/dti]",
			`p.yaml:28:70: registry.exportTo[0]: the plan skips azure/dti. Name a landing that is not skipped.`,
		},
		{
			"signingKey: op://acme/registry, ", "",
			`p.yaml:28:27: registry.exportTo: an export is signed, and the plan names no key to sign it by. Add registry.signingKey: op://vault/item.`,
		},
		{
			"after: [dns-zone]", "after: [registrar]",
			`p.yaml:31:103: manual[0].after: a step does not come after itself. Leave it out.`,
		},
		{
			"after: [dns-zone]", "confirmed: {on: 2026-11-26}",
			`p.yaml:31:103: manual[0].confirmed.by: nobody's word is nobody's. Name the person whose word it is.`,
		},
		{
			"key: op://acme/hook, ", "",
			`p.yaml:32:1: notify.key: a notice is signed, and the plan names no secret to sign it by. Add it: the op:// item that keeps the webhook's signing secret.`,
		},
		{
			"https://hooks.acme.example", "http://hooks.acme.example",
			`p.yaml:32:19: notify.webhook: a webhook is an https address without a password in it. For example https://hooks.example.com/landfall; plain http only on this machine.`,
		},
		{
			"remind: 2h", "remind: 2s",
			`p.yaml:32:87: notify.remind: this is not a time after which to remind. Write it as 4h or 30m; a minute at least.`,
		},
		{
			"kind: Migration",
			"kind: Mirror",
			`p.yaml:2:7: kind: there is no kind "Mirror". Write Migration.`,
		},
		{
			"kind: Migration\n",
			"",
			`p.yaml:1:1: kind: kind is missing. Add the field kind.`,
		},
		{
			"name: acme,",
			"name: Acme,",
			`p.yaml:3:18: metadata.name: a plan's name has up to 63 small letters, digits and hyphens and begins with a letter. It is part of every workflow id: itbytes.`,
		},
		{
			"platform@acme.example}",
			"platform@acme}",
			`p.yaml:3:31: metadata.owner: this is not an e-mail address. For example aws+prod@example.com.`,
		},
		{
			"slug: acme",
			"slug: Acme Inc",
			`p.yaml:5:9: organisation.slug: a slug has up to 30 small letters, digits and hyphens and begins with a letter. It begins the names of what is made: it4bytes.
p.yaml:5:9: organisation.slug: gcp/prod would be named "Acme Inc-prod-core", but a GCP project id has 6 to 30 small letters, digits and hyphens, begins with a letter and does not end with a hyphen. Shorten or change the name.`,
		},
		{
			"[prod, dti, mgmt]",
			"[prod, dti, mgmt, prod]",
			`p.yaml:6:35: organisation.environments[3]: the environment "prod" is organisation.environments[0] already. Keep one of the two.`,
		},
		{
			"[prod, dti, mgmt]",
			"[]",
			`p.yaml:6:3: organisation.environments: environments is missing. Add the field environments.`,
		},
		{
			"[prod, dti, mgmt]",
			"prod",
			`p.yaml:6:17: organisation.environments: this should be a list, not text. Write it as a list: [one, another].`,
		},
		{
			"[prod, dti, mgmt]",
			"[prod, 7, mgmt]",
			`p.yaml:6:24: organisation.environments[1]: this should be text, not a number. Put it in quotes.
p.yaml:19:33: landings[1].environment: there is no environment in this plan called "dti". There are prod and mgmt.`,
		},
		{
			"environments:",
			"enviroments:",
			`p.yaml:6:3: organisation.enviroments: there is no field "enviroments" in organisation. Did you mean "environments"?`,
		},
		{
			"{owner: platform}\n",
			"{owner: platform, landfall-x: y}\n",
			`p.yaml:7:39: organisation.tags.landfall-x: tags that begin with landfall- are Landfall's own. Name it otherwise.`,
		},
		{
			"{owner: platform}\n",
			"{Owner: platform}\n",
			`p.yaml:7:17: organisation.tags.Owner: a GCP label has up to 63 small letters, digits, _ and -, and its key begins with a letter. Every cloud of the plan is given the same tags; change it for all.`,
		},
		{
			"{owner: platform}\n",
			"{owner: \"{envi}\"}\n",
			`p.yaml:7:17: organisation.tags.owner: a template has no {envi}. Did you mean "env"?`,
		},
		{
			"  tags:",
			"  naming: {aws: acme}\n  tags:",
			`p.yaml:7:17: organisation.naming.aws: aws/prod and aws/dti would both be named "acme". Write {env} in the template, or give one of them a name.`,
		},
		{
			"  tags:",
			"  naming: {azure: \"acme/{env}\"}\n  tags:",
			`p.yaml:7:19: organisation.naming.azure: azure/prod would be named "acme/prod", but an Azure subscription's name has none of < > % & \ ? /. Shorten or change the name.`,
		},
		{
			"  tags:",
			"  naming: {gcp: \"google-{env}\"}\n  tags:",
			`p.yaml:7:17: organisation.naming.gcp: gcp/prod would be named "google-prod", but a GCP project id may not contain "google". Shorten or change the name.`,
		},
		{
			"  tags:",
			"  naming: {gcp: \"a-very-long-project-name-for-{env}\"}\n  tags:",
			`p.yaml:7:17: organisation.naming.gcp: gcp/prod would be named "a-very-long-project-name-for-prod", but a GCP project id has 6 to 30 small letters, digits and hyphens, begins with a letter and does not end with a hyphen. Shorten or change the name.`,
		},
		{
			"  tags:",
			"  naming: {aws: \"an account name of more than fifty characters for {env}\"}\n  tags:",
			`p.yaml:7:17: organisation.naming.aws: aws/prod would be named "an account name of more than fifty characters for prod", but an AWS account's name has at most 50 characters. Shorten or change the name.`,
		},
		{
			"  tags:",
			"  naming: {azur: \"x-{env}\"}\n  tags:",
			`p.yaml:7:18: organisation.naming.azur: there is no cloud in this plan called "azur". Did you mean "azure"?`,
		},
		{
			"region: us-east-1",
			"region: us-east",
			`p.yaml:9:17: clouds.aws.region: this is not an AWS region. For example us-east-1.`,
		},
		{
			"region: us-east-1, ",
			"",
			`p.yaml:9:3: clouds.aws.region: region is missing. Add the field region.`,
		},
		{
			"region: eastus",
			"region: East US",
			`p.yaml:10:19: clouds.azure.region: this is not an Azure region. For example eastus.`,
		},
		{
			"organization: o-acme000001",
			"organization: r-acme",
			`p.yaml:9:42: clouds.aws.organization: an AWS organisation's id is written o- and 10 to 32 small letters and digits. Leave it out if there is no organisation yet.`,
		},
		{
			"7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111",
			"acme.onmicrosoft.com",
			`p.yaml:10:41: clouds.azure.organization: an Azure organisation is its tenant id, a GUID. It has 8-4-4-4-12 hexadecimal digits.`,
		},
		{
			"organizations/384756291034",
			`"384756291034"`,
			`p.yaml:11:44: clouds.gcp.organization: a GCP organisation is written organizations/ and its number. For example organizations/384756291034.`,
		},
		{
			"organization: organizations/384756291034, ",
			"",
			`p.yaml:11:3: clouds.gcp.organization: gcp/prod is to be made, and nothing says in which organisation or folder. For example organizations/384756291034.`,
		},
		{
			", billing: /providers/Microsoft.Billing/billingAccounts/acme",
			"",
			`p.yaml:10:3: clouds.azure.billing: azure/prod is to be made, and nothing says who pays for it. It names the invoice section or enrolment account that pays.`,
		},
		{
			"billingAccounts/01B2C3-D4E5F6-071829",
			"01B2C3-D4E5F6-071829",
			`p.yaml:11:96: clouds.gcp.billing: a GCP billing account is written billingAccounts/ and 3 × 6 digits and letters. For example billingAccounts/01B2C3-D4E5F6-071829.`,
		},
		{
			"region: eastus,",
			"region: eastus, email: a@b.example,",
			`p.yaml:10:34: clouds.azure.email: only AWS accounts have a root e-mail. Leave it out.`,
		},
		{
			"  azure: {region",
			"  azur: {region",
			`p.yaml:10:3: clouds.azur: there is no cloud called "azur". Did you mean "azure"?`,
		},
		{
			"login: sso}",
			"login: ss}",
			`p.yaml:9:96: clouds.aws.login: there is no login in this plan called "ss". Did you mean "sso"?`,
		},
		{
			"login: sso}",
			"login: google}",
			`p.yaml:9:96: clouds.aws.login: the login "google" is a way into gcp, not into aws. Name a login whose type is for aws.`,
		},
		{
			"aws+{env}@acme",
			"aws@acme",
			`p.yaml:9:63: clouds.aws.email: aws/dti and aws/mgmt would have the same root e-mail. Write {env} in the template, or give one of them an address.
p.yaml:9:63: clouds.aws.email: aws/prod and aws/dti would have the same root e-mail. Write {env} in the template, or give one of them an address.`,
		},
		{
			`, email: "aws+{env}@acme.example"`,
			"",
			`p.yaml:9:3: clouds.aws.email: aws/dti is to be made, and an AWS account needs a root e-mail of its own. Write a template: aws+{env}@example.com.
p.yaml:9:3: clouds.aws.email: aws/mgmt is to be made, and an AWS account needs a root e-mail of its own. Write a template: aws+{env}@example.com.`,
		},
		{
			"role: Admin}",
			"user: bob}",
			`p.yaml:13:3: logins.sso.role: a login of type aws-sso needs role. Such a login has startUrl, account, role and region.
p.yaml:13:99: logins.sso.user: a login of type aws-sso has no user. Leave it out.`,
		},
		{
			"type: gcp-user",
			"type: gcp-usr",
			`p.yaml:16:18: logins.google.type: there is no login type "gcp-usr". Did you mean "gcp-user"?`,
		},
		{
			`account: "111122223333"`,
			"account: 111122223333",
			`p.yaml:13:77: logins.sso.account: this should be text, not a number. Put it in quotes.`,
		},
		{
			`account: "111122223333"`,
			`account: "1111"`,
			`p.yaml:13:77: logins.sso.account: an AWS account id has 12 digits. Write it in quotes, with its leading zeros.`,
		},
		{
			"op://acme/aws",
			"acme/aws",
			`p.yaml:14:73: logins.keys.item: an item of the vault is named op://vault/item. Its fields are chosen by Landfall; name the item only.`,
		},
		{
			"op://acme/robot",
			"op://acme/aws",
			`p.yaml:21:51: identities[0].credential: this item of the vault is that of logins.keys.item too. Give each credential an item of its own.`,
		},
		{
			"cloud: aws, environment: prod",
			"cloud: aws, environment: production",
			`p.yaml:18:31: landings[0].environment: there is no environment in this plan called "production". Did you mean "prod"?`,
		},
		{
			"cloud: aws, environment: prod",
			"cloud: aw, environment: prod",
			`p.yaml:18:13: landings[0].cloud: there is no cloud in this plan called "aw". Did you mean "aws"?`,
		},
		{
			`adopt: {id: "444455556666"}`,
			`adopt: {id: "123"}`,
			`p.yaml:18:49: landings[0].adopt.id: an AWS account id has 12 digits. Write it in quotes, with its leading zeros.`,
		},
		{
			`adopt: {id: "444455556666"}`,
			`adopt: {id: "777788889999"}`,
			`p.yaml:18:76: landings[0].fallback: the login "keys" holds keys of another account than the one adopted. Name keys of a user in the landing's own account.`,
		},
		{
			"fallback: keys",
			"fallback: sso",
			`p.yaml:18:76: landings[0].fallback: a login cannot be its own fallback. Name another login, or leave it out.`,
		},
		{
			"fallback: keys",
			"fallback: keyz",
			`p.yaml:18:76: landings[0].fallback: there is no login in this plan called "keyz". Did you mean "keys"?`,
		},
		{
			"fallback: keys",
			"fallback: keys, cidr: 10.64.48.0/20",
			`p.yaml:18:88: landings[0].cidr: aws/prod 10.64.48.0/20 overlaps aws/dti 10.64.48.0/20. Give one of them another range.`,
		},
		{
			"fallback: keys",
			"fallback: keys, cidr: 10.80.16.0/20",
			`p.yaml:18:88: landings[0].cidr: aws/prod 10.80.16.0/20 overlaps network.reserved[0] 10.80.0.0/16. Give one of them another range.`,
		},
		{
			"fallback: keys",
			"fallback: keys, cidr: 8.8.0.0/20",
			`p.yaml:18:88: landings[0].cidr: this range is not private. Take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.`,
		},
		{
			"fallback: keys",
			"fallback: keys, cidr: 10.200.0.0/8",
			`p.yaml:18:88: landings[0].cidr: this range begins inside a larger one. Write 10.0.0.0/8.`,
		},
		{
			"fallback: keys",
			"fallback: keys, cidr: 10.200.0.0/28",
			`p.yaml:18:88: landings[0].cidr: a landing's network is of a size from /16 to /26. For example 10.200.0.0/20.`,
		},
		{
			"cloud: azure, environment: dti",
			"cloud: aws, environment: prod",
			`p.yaml:19:5: landings[1]: aws/prod is landings[0] already. Write one entry for it.`,
		},
		{
			"reason: no quota, ",
			"",
			`p.yaml:19:5: landings[1].reason: a landing is skipped for a reason. Write why, in a few words.`,
		},
		{
			", until: 2027-03-31",
			"",
			`p.yaml:19:5: landings[1].until: a landing is skipped until a day. Write the day as YYYY-MM-DD.`,
		},
		{
			"until: 2027-03-31",
			"until: soon",
			`p.yaml:19:75: landings[1].until: this is not a day. Write it as YYYY-MM-DD.`,
		},
		{
			"skip: true, ",
			"",
			`p.yaml:19:5: landings[1]: a reason and a date belong to a landing that is skipped. Write skip: true, or leave reason and until out.`,
		},
		{
			"skip: true",
			`skip: "yes"`,
			`p.yaml:19:44: landings[1].skip: this should be true or false, not text. Write true or false, without quotes.`,
		},
		{
			"name: robot-azure, cloud: azure",
			"name: robot-azure, cloud: azure, home: dti",
			`p.yaml:21:45: identities[0].home: this identity is made in azure/dti, which is skipped. Give it a home that is landed.`,
		},
		{
			"name: robot-azure, cloud: azure",
			"name: robot-azure, cloud: azure, home: prd",
			`p.yaml:21:45: identities[0].home: there is no environment in this plan called "prd". Did you mean "prod"?`,
		},
		{
			"name: robot-azure, cloud: azure",
			"name: robot-azure, cloud: aws",
			`p.yaml:21:49: identities[0].credential: an AWS identity is a role and has no credential of its own. Leave it out and name who may take the role under trust.`,
		},
		{
			"name: robot-gcp,",
			"name: bot,",
			`p.yaml:22:12: identities[1].name: a GCP service account's id has 6 to 30 letters, digits and hyphens. Begin it with a letter.`,
		},
		{
			"name: robot-gcp,",
			"name: acme-prod-core,",
			`p.yaml:22:12: identities[1].name: "acme-prod-core" is the name of the landing gcp/prod too. Name them apart: the registry has one row for each name in a cloud.`,
		},
		{
			"{name: robot-gcp, cloud: gcp,",
			"{name: ROBOT-azure, cloud: azure,",
			`p.yaml:22:12: identities[1].name: "ROBOT-azure" is the name of identities[0] already. Name them apart.`,
		},
		{
			"credential: op://acme/robot",
			"credential: op://acme/robot, credentialType: key",
			`p.yaml:21:84: identities[0].credentialType: there is no type of credential in azure called "key". There are certificate and secret.`,
		},
		{
			"credential: op://acme/robot",
			"credentialDays: 30",
			`p.yaml:21:5: identities[0].credential: this identity has no credential whose type or life could be chosen. Say where it is kept: op://vault/item.`,
		},
		{
			`, subject: "repo:acme"`,
			"",
			`p.yaml:22:43: identities[1].trust[0].subject: without a subject everybody with a token of that issuer would be let in. Write the token's sub, such as repo:acme/platform:environment:prod.`,
		},
		{
			`issuer: "https://token.example.com", subject: "repo:acme"`,
			"saml: corp",
			`p.yaml:22:60: identities[1].trust[0].saml: only AWS roles are trusted to a SAML provider. Write issuer and subject.`,
		},
		{
			"prefix: 20",
			"prefix: 27",
			`p.yaml:23:39: network.prefix: a landing's network is of a size from /16 to /26. 20 is the default.`,
		},
		{
			"prefix: 20",
			`prefix: "20"`,
			`p.yaml:23:39: network.prefix: this should be a number, not text. Write a whole number, without quotes.`,
		},
		{
			"prefix: 20",
			"prefix: 20.5",
			`p.yaml:23:39: network.prefix: this is not a whole number. Write a whole number, such as 20.`,
		},
		{
			"cidr: 10.64.0.0/12",
			"cidr: 10.64.0.0/19",
			`p.yaml:23:1: network: 10.64.0.0/19 holds 2 ranges of /20, and 3 environments take 9. Write a higher prefix (smaller ranges) or a larger cidr, such as 10.0.0.0/8.`,
		},
		{
			"cidr: 10.64.0.0/12",
			"cidr: 10.65.0.0/12",
			`p.yaml:23:17: network.cidr: this range begins inside a larger one. Write 10.64.0.0/12.`,
		},
		{
			"cidr: 10.64.0.0/12",
			"cidr: everything",
			`p.yaml:23:17: network.cidr: this is not a range of IPv4 addresses. For example 10.64.0.0/12.`,
		},
		{
			"10.80.0.0/16",
			"10.64.0.0/16",
			`p.yaml:23:54: network.reserved[0]: network.reserved[0] 10.64.0.0/16 overlaps aws/prod 10.64.0.0/20, azure/prod 10.64.16.0/20 and 6 more. Give one of them another range.`,
		},
		{
			"default: enforce",
			"default: enforced",
			`p.yaml:25:12: baseline.default: there is no mode "enforced". Did you mean "enforce"?`,
		},
		{
			"{O05: report}",
			"{O5: report}",
			`p.yaml:26:18: baseline.controls.O5: a control is written AWS-O01, AZ-O03a or GC-O02b, an objective O01 to O15. The objectives are in the foundation catalogue.`,
		},
		{
			"{O05: report}",
			"{O05: }",
			`p.yaml:26:14: baseline.controls.O05: this says nothing of what is done about the control. Write enforce, propose or report.`,
		},
		{
			"{O05: report}",
			"{GCP-O05: report}",
			`p.yaml:26:23: baseline.controls.GCP-O05: there is no cloud whose controls begin with "GCP". Did you mean "GC"?`,
		},
		{
			"control: GC-O01, scope: gcp/*",
			"control: GC-O01, scope: aws/*",
			`p.yaml:27:38: baseline.waivers[0].scope: GC-O01 is a control of gcp and excuses nobody in "aws". Write gcp/*.`,
		},
		{
			"scope: gcp/*",
			"scope: gcp",
			`p.yaml:27:38: baseline.waivers[0].scope: a scope is written cloud/environment. Either may be *, as in aws/* or */prod.`,
		},
		{
			"expires: 2027-01-31",
			"expires: 31.01.2027",
			`p.yaml:27:81: baseline.waivers[0].expires: this is not a day. Write it as YYYY-MM-DD.`,
		},
		{
			", owner: ciso",
			"",
			`p.yaml:27:13: baseline.waivers[0].owner: owner is missing. Add the field owner.`,
		},
		{
			"default: enforce",
			"catalogue: foundation@2",
			`p.yaml:25:14: baseline.catalogue: there is no catalogue "foundation@2" in this version. Write foundation@1 or leave it out.`,
		},
		{
			"table: things",
			"table: t!",
			`p.yaml:28:19: registry.table: a table's name has 3 to 255 letters, digits and _ . -. For example itinfra-connections.`,
		},
		{
			"table: things",
			"environment: stage",
			`p.yaml:28:25: registry.environment: there is no environment in this plan called "stage". There are prod, dti and mgmt.`,
		},
		{
			"gcp: gcp.acme.example",
			"gcp: aws.acme.example",
			`p.yaml:29:43: dns.zones.gcp: "aws.acme.example" is the zone of aws already. Give each cloud a zone of its own, so that none depends on another for names.`,
		},
		{
			"gcp: gcp.acme.example",
			"azur: az.acme.example",
			`p.yaml:29:44: dns.zones.azur: there is no cloud in this plan called "azur". Did you mean "azure"?`,
		},
		{
			"aws: aws.acme.example",
			"aws: acme",
			`p.yaml:29:20: dns.zones.aws: a zone is a domain name in small letters. For example aws.example.com.`,
		},
		{
			"gcp: gcp.acme.example}}",
			"azure: az.acme.example}, environment: dti}",
			`p.yaml:29:45: dns.zones.azure: the zone lives in azure/dti, which is skipped. Choose dns.environment so that its landings are not skipped.`,
		},
		{
			"kind: Migration",
			"kind: Migration\nkind: Migration",
			`p.yaml:3:1: kind: "kind" is written twice, first on line 2. Keep one of the two.`,
		},
		{
			"kind: Migration",
			"kind: [Migration",
			`p.yaml:3:1: this is not YAML: ',' or ']' must be specified. Look at the line's indentation, quotes and brackets.`,
		},
		{
			"kind: Migration",
			"\tkind: Migration",
			`p.yaml:2:1: this is not YAML: a line is indented with spaces, not with a tab. Look at the line's indentation, quotes and brackets.`,
		},
		{
			"kind: Migration",
			"kind: *nobody",
			`p.yaml:2:7: kind: this alias names no anchor above it. Write an anchor before the alias that names it.`,
		},
		{
			"kind: Migration",
			"kind: !!str Migration",
			`p.yaml:2:7: kind: a plan has no YAML tags. Leave the tag out.`,
		},
		{
			"kind: Migration",
			"kind: Migration\n---\nkind: Migration",
			`p.yaml:4:1: the file holds more than one document. Write each plan in a file of its own.`,
		},
		{
			"name: acme,",
			"nam: acme,",
			`p.yaml:3:12: metadata.nam: there is no field "nam" in metadata. Did you mean "name"?`,
		},
		{
			"name: acme,",
			"name: acme, zzz: 1,",
			`p.yaml:3:24: metadata.zzz: there is no field "zzz" in metadata. There are name, owner and change.`,
		},
		{
			"maxAge: 60d",
			"maxAge: 60",
			`p.yaml:34:11: rotation.maxAge: this should be text, not a number. Put it in quotes.`,
		},
		{
			"maxAge: 60d",
			"maxAge: 2 months",
			`p.yaml:34:11: rotation.maxAge: a length of time is written in days, hours and minutes. Write it as 90d, 24h or 30m.`,
		},
		{
			"maxAge: 60d",
			"maxAge: 12h",
			`p.yaml:34:11: rotation.maxAge: this is too short: it is at least 1d. Write a longer one.`,
		},
		{
			"maxAge: 60d",
			"maxAge: 60d\n  grace: 9000d",
			`p.yaml:35:10: rotation.grace: a length of time is at most ten years. Write it as 90d, 24h or 30m.`,
		},
		{
			"maxAge: 60d",
			"maxAge: 60d\n  observe: 90s",
			`p.yaml:35:12: rotation.observe: a length of time is written in days, hours and minutes. Write it as 90d, 24h or 30m.`,
		},
		{
			"{name: monthly,",
			"{name: Monthly,",
			`p.yaml:36:14: rotation.schedules[0].name: such a name has up to 63 small letters, digits and hyphens and begins with a letter. For example monthly.`,
		},
		{
			"{name: often,",
			"{name: monthly,",
			`p.yaml:37:14: rotation.schedules[1].name: "monthly" is the name of rotation.schedules[0] already. Name them apart.`,
		},
		{
			"{name: often,",
			"{name: posture,",
			`p.yaml:37:14: rotation.schedules[1].name: "posture" is the schedule by which every plan's credentials are looked at each night. Name it otherwise.`,
		},
		{
			"calendar: 0 3 1 * *, timeZone: Europe/Berlin, ",
			"",
			`p.yaml:36:7: rotation.schedules[0]: this schedule does not say when. Write every: 30d, or calendar: 0 3 1 * *.`,
		},
		{
			"every: 30d,",
			"every: 30d, calendar: 0 3 1 * *,",
			`p.yaml:37:43: rotation.schedules[1].calendar: a schedule is by every or by calendar, not both. Make two schedules of it.`,
		},
		{
			"every: 30d,",
			"every: 30s,",
			`p.yaml:37:28: rotation.schedules[1].every: a length of time is written in days, hours and minutes. Write it as 90d, 24h or 30m.`,
		},
		{
			"every: 30d,",
			"every: 0d,",
			`p.yaml:37:28: rotation.schedules[1].every: this is too short: it is at least 1m. Write a longer one.`,
		},
		{
			"every: 30d,",
			"every: 30d, timeZone: UTC,",
			`p.yaml:37:43: rotation.schedules[1].timeZone: a time zone belongs to a calendar, and an interval has none. Leave it out.`,
		},
		{
			"every: 30d,",
			"every: 1h, jitter: 2h,",
			`p.yaml:37:40: rotation.schedules[1].jitter: this schedule could begin after the next of its own times. Write 1h or less.`,
		},
		{
			"calendar: 0 3 1 * *",
			"calendar: 0 3 1 *",
			`p.yaml:36:33: rotation.schedules[0].calendar: a calendar has five fields: minute, hour, day of month, month and day of week. For example 0 3 1 * *, which is at 03:00 on the first of each month.`,
		},
		{
			"calendar: 0 3 1 * *",
			`calendar: "@monthly"`,
			`p.yaml:36:33: rotation.schedules[0].calendar: a calendar has five fields: minute, hour, day of month, month and day of week. For example 0 3 1 * *, which is at 03:00 on the first of each month.`,
		},
		{
			"calendar: 0 3 1 * *",
			"calendar: 0 24 1 * *",
			`p.yaml:36:33: rotation.schedules[0].calendar: this calendar's hour is not written as it must be. Write *, a value from 0 to 23, a range or a step: */5, 1-5, 1,15.`,
		},
		{
			"calendar: 0 3 1 * *",
			"calendar: 0 3 1 jna *",
			`p.yaml:36:33: rotation.schedules[0].calendar: this calendar's month is not written as it must be. Did you mean "jan"?`,
		},
		{
			"calendar: 0 3 1 * *",
			"calendar: 0 3 * * fri-mon",
			`p.yaml:36:33: rotation.schedules[0].calendar: this calendar's day of week is not written as it must be. Write the range's smaller end first.`,
		},
		{
			"calendar: 0 3 1 * *",
			"calendar: 0 3 30 2 *",
			`p.yaml:36:33: rotation.schedules[0].calendar: no day fits this calendar. Look at its day of month, month and day of week.`,
		},
		{
			"calendar: 0 3 1 * *",
			`calendar: "*/30 * * * *"`,
			`p.yaml:36:82: rotation.schedules[0].jitter: this schedule could begin after the next of its own times. Write 30m or less.`,
		},
		{
			"timeZone: Europe/Berlin",
			"timeZone: europe/berlin",
			`p.yaml:36:54: rotation.schedules[0].timeZone: there is no time zone "europe/berlin". Did you mean "Europe/Berlin"?`,
		},
		{
			"timeZone: Europe/Berlin",
			"timeZone: America/New York",
			`p.yaml:36:54: rotation.schedules[0].timeZone: there is no time zone "America/New York". Did you mean "America/New_York"?`,
		},
		{
			"timeZone: Europe/Berlin",
			"timeZone: CEST",
			`p.yaml:36:54: rotation.schedules[0].timeZone: there is no time zone "CEST". Write it as in the IANA database, such as Europe/Berlin or UTC.`,
		},
		{
			"timeZone: Europe/Berlin",
			"timeZone: Local",
			`p.yaml:36:54: rotation.schedules[0].timeZone: there is no time zone "Local". Write it as in the IANA database, such as Europe/Berlin or UTC.`,
		},
		{
			"jitter: 2h",
			"jitter: 40d",
			`p.yaml:36:77: rotation.schedules[0].jitter: this schedule could begin after the next of its own times. Write 28d or less.`,
		},
		{
			"credentials: [keys, gcp]",
			"credentials: [keyz, gcp]",
			`p.yaml:37:47: rotation.schedules[1].credentials[0]: there is no credential in this plan called "keyz". Did you mean "keys"?`,
		},
		{
			"credentials: [keys, gcp]",
			"credentials: [keys, gpc]",
			`p.yaml:37:53: rotation.schedules[1].credentials[1]: there is no credential in this plan called "gpc". Did you mean "gcp"?`,
		},
		{
			"from: 2026-12-20",
			"from: 20.12.2026",
			`p.yaml:38:19: rotation.freeze[0].from: this is not a day. Write it as YYYY-MM-DD.`,
		},
		{
			"to: 2027-01-06",
			"to: 2026-01-06",
			`p.yaml:38:35: rotation.freeze[0].to: this freeze ends before it begins. Write the first day under from and the last under to.`,
		},
		{
			"reason: holidays",
			`reason: " "`,
			`p.yaml:38:55: rotation.freeze[0].reason: rotation is frozen for a reason. Write why, in a few words.`,
		},
		{
			", reason: holidays",
			"",
			`p.yaml:38:12: rotation.freeze[0].reason: reason is missing. Add the field reason.`,
		},
		{
			"{id: robot-azure, grace",
			"{id: robot-azur, grace",
			`p.yaml:40:12: rotation.credentials[0].id: there is no credential in this plan called "robot-azur". Did you mean "robot-azure"?`,
		},
		{
			"{id: keys, observe",
			"{id: Robot-Azure, maxAge",
			`p.yaml:41:12: rotation.credentials[1].id: "Robot-Azure" is rotation.credentials[0] already. Write one entry for it.`,
		},
		{
			"{id: keys, observe",
			"{id: connect-token, observe",
			`p.yaml:41:36: rotation.credentials[1].observe: people renew the token of 1Password Connect, and Landfall reminds them of it. Leave it out: of this one owner and maxAge may be said.`,
		},
		{
			"{id: keys, observe: 12h",
			"{id: connect-token, maxAge: 12h",
			`p.yaml:41:35: rotation.credentials[1].maxAge: this is too short: it is at least 1d. Write a longer one.`,
		},
		{
			"- {name: robot-azure, cloud",
			"- {name: connect-token, cloud",
			`p.yaml:21:12: identities[0].name: "connect-token" is the token by which 1Password Connect is asked, in every plan. Name it otherwise.` + "\n" +
				`p.yaml:40:12: rotation.credentials[0].id: there is no credential in this plan called "robot-azure". There are keys and connect-token.`,
		},
		{
			"{id: robot-azure, grace: 48h",
			"{id: robot-azure, observe: 48h",
			`p.yaml:40:34: rotation.credentials[0].observe: Entra cannot disable a key before it is deleted, so there is nothing to observe. Leave it out, and write a longer grace.`,
		},
		{
			"{id: robot-azure, grace: 48h",
			"{id: robot-azure, owner: me@nowhere",
			`p.yaml:40:32: rotation.credentials[0].owner: this is not an e-mail address. For example aws+prod@example.com.`,
		},
		{
			"{id: keys, observe: 12h}",
			"{id: sso}",
			`p.yaml:41:12: rotation.credentials[1].id: there is no credential in this plan called "sso". There are keys and robot-azure.`,
		},
		{
			", key: op://acme/hook, ttl",
			", ttl",
			`p.yaml:40:49: rotation.credentials[0].consumers[0].key: a notice is signed, and the plan names no secret to sign it by. Add it: the op:// item that keeps the webhook's signing secret.`,
		},
		{
			`webhook: "https://ci.acme.example/keys", `,
			"",
			`p.yaml:40:49: rotation.credentials[0].consumers[0].webhook: there is no address to tell notices to. Add the address, or leave the key out.`,
		},
		{
			"https://ci.acme.example/keys",
			"ftp://ci.acme.example/keys",
			`p.yaml:40:69: rotation.credentials[0].consumers[0].webhook: a webhook is an https address without a password in it. For example https://hooks.example.com/landfall; plain http only on this machine.`,
		},
		{
			"key: op://acme/hook, ttl",
			"key: op://acme/aws, ttl",
			`p.yaml:40:106: rotation.credentials[0].consumers[0].key: this item of the vault is that of logins.keys.item. Keep the signing secret in an item of its own.`,
		},
		{
			"ttl: 2h}]",
			"ttl: 2h}, {name: ci}]",
			`p.yaml:40:139: rotation.credentials[0].consumers[1].name: "ci" is the name of another consumer of this credential. Name them apart.`,
		},
		{
			"{name: ci, webhook",
			"{name: CI, webhook",
			`p.yaml:40:56: rotation.credentials[0].consumers[0].name: such a name has up to 63 small letters, digits and hyphens and begins with a letter. For example monthly.`,
		},
		{
			"ttl: 2h",
			"ttl: soon",
			`p.yaml:40:127: rotation.credentials[0].consumers[0].ttl: a length of time is written in days, hours and minutes. Write it as 90d, 24h or 30m.`,
		},
		{
			"name: robot-azure, cloud: azure,",
			"name: gcp, cloud: azure,",
			`p.yaml:21:12: identities[0].name: a credential called as a cloud could not be told from all of that cloud's. Name it otherwise.
p.yaml:40:12: rotation.credentials[0].id: there is no credential in this plan called "robot-azure". There are keys and gcp.`,
		},
		{
			"name: robot-azure, cloud: azure,",
			"name: keys, cloud: azure,",
			`p.yaml:37:47: rotation.schedules[1].credentials[0]: there is no credential in this plan called "keys". Did you mean "keys-aws"?
p.yaml:40:12: rotation.credentials[0].id: there is no credential in this plan called "robot-azure". There are keys-aws and keys-azure.
p.yaml:41:12: rotation.credentials[1].id: there is no credential in this plan called "keys". Did you mean "keys-aws"?`,
		},
		{
			", fallback: keys}",
			"}",
			`p.yaml:37:47: rotation.schedules[1].credentials[0]: no landing signs in by the login "keys". Name it as a landing's login or fallback, or leave it out.
p.yaml:41:12: rotation.credentials[1].id: no landing signs in by the login "keys". Name it as a landing's login or fallback, or leave it out.`,
		},
	} {
		t.Run(fmt.Sprintf("%s becomes %s", e.old, e.new), func(t *testing.T) {
			if !strings.Contains(sound, e.old) {
				t.Fatalf("the sound plan has no %q", e.old)
			}
			_, err := ParseAt("p.yaml", []byte(strings.Replace(sound, e.old, e.new, 1)), "2026-12-01")
			if err == nil {
				t.Fatal("the plan is accepted")
			}
			if got := err.Error(); got != e.want {
				t.Errorf("got  %s\nwant %s", got, e.want)
			}
			for _, p := range err.(Problems) {
				if p.Hint == "" || strings.HasSuffix(p.Message, ".") {
					t.Errorf("%s: a message is one sentence without its full stop, and a hint says what to do", p.Error())
				}
			}
		})
	}
}
