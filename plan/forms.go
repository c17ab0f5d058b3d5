package plan

import (
	"regexp"
	"time"
)

// form is how a text must be written, and the sentence that says so. The sentence never repeats the text.
type form struct {
	expr *regexp.Regexp
	what string
	hint string
}

func newForm(expr, what, hint string) form {
	return form{regexp.MustCompile("^(?:" + expr + ")$"), what, hint}
}

// fits reports whether a text that messages will repeat is written as it must be, and is no secret in disguise.
func (f form) fits(text string) bool { return f.expr.MatchString(text) && shows(text) }

// Forms of what a plan refers to by id or name.
var (
	planName    = newForm(`[a-z][a-z0-9-]{0,62}`, "a plan's name has up to 63 small letters, digits and hyphens and begins with a letter", "It is part of every workflow id: itbytes.")
	slugForm    = newForm(`[a-z][a-z0-9-]{0,29}`, "a slug has up to 30 small letters, digits and hyphens and begins with a letter", "It begins the names of what is made: it4bytes.")
	envForm     = newForm(`[a-z][a-z0-9-]{0,29}`, "an environment has up to 30 small letters, digits and hyphens and begins with a letter", "For example prod.")
	cloudForm   = newForm(`[a-z][a-z0-9-]{0,29}`, "a cloud's name has small letters, digits and hyphens and begins with a letter", "For example aws, azure or gcp.")
	loginForm   = newForm(`[a-z][a-z0-9-]{0,62}`, "a login's name has up to 63 small letters, digits and hyphens and begins with a letter", "For example aws-sso.")
	kindForm    = newForm(`[a-z][a-z0-9-]{0,62}`, "a kind of resource has small letters, digits and hyphens", "For example vnet, nsg, resource-group or vpc.")
	accountForm = newForm(`[0-9]{12}`, "an AWS account id has 12 digits", "Write it in quotes, with its leading zeros.")
	guidForm    = newForm(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`, "this id is a GUID", "It has 8-4-4-4-12 hexadecimal digits.")
	opForm      = newForm(`op://[^/\s][^/]*/[^/\s][^/]*`, "an item of the vault is named op://vault/item", "Its fields are chosen by Landfall; name the item only.")
	domainForm  = newForm(`([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])`, "a zone is a domain name in small letters", "For example aws.example.com.")
	emailForm   = newForm("[A-Za-z0-9.!#$%&'*+/=?^_|~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9-]*", "this is not an e-mail address", "For example aws+prod@example.com.")
	httpsForm   = newForm(`https://[^\s/]+\.[^\s]+`, "this should be an address that begins with https://", "")
	webhookForm = newForm(`https://[^\s/@]+[^\s@]*|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/[^\s]*)?`, "a webhook is an https address without a password in it", "For example https://hooks.example.com/landfall; plain http only on this machine.")
	tableForm   = newForm(`[A-Za-z0-9_.-]{3,255}`, "a table's name has 3 to 255 letters, digits and _ . -", "For example "+DefaultTable+".")
	scopeForm   = newForm(`(\*|[a-z0-9-]+)/(\*|[a-z0-9-]+)`, "a scope is written cloud/environment", "Either may be *, as in aws/* or */prod.")
	landingForm = newForm(`[a-z0-9-]+/[a-z0-9-]+`, "a landing is written cloud/environment", "For example azure/mgmt.")
	stepForm    = newForm(`[a-z][a-z0-9-]{0,62}`, "a step's name has up to 63 small letters, digits and hyphens and begins with a letter", "For example registrar-delegation.")
	calledForm  = newForm(`[a-z][a-z0-9-]{0,62}`, "such a name has up to 63 small letters, digits and hyphens and begins with a letter", "For example monthly.")
	controlForm = newForm(`([A-Z]{2,8}-)?O(0[1-9]|1[0-5])[a-z]?`, "a control is written AWS-O01, AZ-O03a or GC-O02b, an objective O01 to O15", "The objectives are in the foundation catalogue.")
	roleForm    = newForm(`[A-Za-z0-9_+=,.@/-]{1,128}`, "a role's name has letters, digits and _ + = , . @ -", "For example AdministratorAccess.")
	userForm    = newForm(`[A-Za-z0-9_+=,.@-]{1,64}`, "an IAM user's name has up to 64 letters, digits and _ + = , . @ -", "For example landfall-fallback.")
)

// Forms that are a cloud's own.
var (
	regionForms = map[Cloud]form{
		AWS:   newForm(`[a-z]{2}(-[a-z]+)+-[0-9]`, "this is not an AWS region", "For example us-east-1."),
		Azure: newForm(`[a-z]+[0-9]?`, "this is not an Azure region", "For example eastus."),
		GCP:   newForm(`[a-z]+-[a-z]+[0-9]+`, "this is not a GCP region", "For example us-central1."),
	}
	organizationForms = map[Cloud]form{
		AWS:   newForm(`o-[a-z0-9]{10,32}`, "an AWS organisation's id is written o- and 10 to 32 small letters and digits", "Leave it out if there is no organisation yet."),
		Azure: newForm(guidForm.expr.String(), "an Azure organisation is its tenant id, a GUID", "It has 8-4-4-4-12 hexadecimal digits."),
		GCP:   newForm(`organizations/[0-9]+`, "a GCP organisation is written organizations/ and its number", "For example organizations/384756291034."),
	}
	parentForms = map[Cloud]form{
		AWS:   newForm(`[^/]{1,128}`, "the parent of AWS accounts is the name of an organizational unit, of up to 128 characters without /", "For example core."),
		Azure: newForm(`[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]`, "the parent of Azure subscriptions is a management group's id of up to 90 letters, digits and _ ( ) . -", "Name the group, not its path."),
		GCP:   newForm(`(folders|organizations)/[0-9]+`, "the parent of GCP projects is written folders/ or organizations/ and its number", "For example folders/123456789012."),
	}
	billingForms = map[Cloud]form{
		Azure: newForm(`/providers/Microsoft\.Billing/(billingAccounts|enrollmentAccounts)/.+`, "an Azure billing scope begins with /providers/Microsoft.Billing/billingAccounts/", "It names the invoice section or enrolment account that pays."),
		GCP:   newForm(`billingAccounts/[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}`, "a GCP billing account is written billingAccounts/ and 3 × 6 digits and letters", "For example billingAccounts/01B2C3-D4E5F6-071829."),
	}
	containerForms = map[Cloud]form{
		AWS:   accountForm,
		Azure: newForm(guidForm.expr.String(), "an Azure subscription's id is a GUID", "It has 8-4-4-4-12 hexadecimal digits."),
		GCP:   newForm(`([a-z0-9.]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]`, "a GCP project's id has 6 to 30 small letters, digits and hyphens", "Write the id, not the number or the display name."),
	}
	identityForms = map[Cloud]form{
		AWS:   newForm(`[A-Za-z][A-Za-z0-9_.-]{0,63}`, "an AWS identity is a role, whose name has up to 64 letters, digits and _ . -", "Begin it with a letter."),
		Azure: newForm(`[A-Za-z][A-Za-z0-9_.-]{0,119}`, "an Azure identity's name has up to 120 letters, digits and _ . -", "Begin it with a letter."),
		GCP:   newForm(`[A-Za-z][A-Za-z0-9-]{4,28}[A-Za-z0-9]`, "a GCP service account's id has 6 to 30 letters, digits and hyphens", "Begin it with a letter."),
	}
)

// isDay reports whether a text is a day of the calendar, YYYY-MM-DD.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
