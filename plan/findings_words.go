package plan

import (
	"cmp"
	"strconv"
	"time"
)

// rotate is the command that replaces a credential's key.
func (c Credential) rotate() string { return "landfall rotate " + c.Plan + " --credential " + c.ID }

// finish is what to do about a rotation that did not come to its end.
func (c Credential) finish() string {
	return "Resume the workflow rotate/" + c.Plan + "/" + c.ID + ", or give it up there."
}

// ask is whom to ask what a key is for.
func (c Credential) ask() string {
	return "Ask " + c.owner() + " whether anything still needs it, and have it deleted if nothing does."
}

// owner is who answers for the credential.
func (c Credential) owner() string { return cmp.Or(c.Owner, "the owner of the plan "+c.Plan) }

// whose is the identity that a credential's keys are of.
func (c Credential) whose() string {
	switch {
	case c.Identity != nil:
		return c.Identity.Name
	case c.Login != nil && c.Login.User != "":
		return c.Login.User
	}
	return c.ID
}

// days are the days since a moment, as a sentence says them.
func (f *finder) days(since time.Time) string { return days(int(f.now.Sub(since) / day)) }

func days(n int) string {
	if n == 1 {
		return "a day"
	}
	return strconv.Itoa(n) + " days"
}

// usage is what a key's cloud says of its last use, as the end of a sentence.
func usage(k Key) string {
	switch {
	case !k.Tells:
		return ""
	case k.Used.IsZero():
		return "; it has never been used"
	}
	return "; it was last used on " + k.Used.UTC().Format(time.DateOnly) + before(" for ", k.UsedFor)
}

// before is a text with a word before it, or nothing where there is none.
func before(word, text string) string {
	if text == "" {
		return ""
	}
	return word + text
}
