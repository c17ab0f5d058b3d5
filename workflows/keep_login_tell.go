package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// LoginAttributes are the search attributes that a keeper is started with.
func LoginAttributes(in KeepLoginInput) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(keyword(AttrPlan, in.Plan), keyword(AttrCloud, string(in.Cloud)), keyword(AttrState, string(plan.LoginOK)))
}

// LoginStatus is what a keeper says of its login.
type LoginStatus struct {
	Login     string          `json:"login"`
	State     plan.LoginState `json:"state"`
	Since     time.Time       `json:"since,omitzero"`
	Why       plan.Note       `json:"why,omitzero"`
	Waiting   []string        `json:"waiting"`
	Next      time.Time       `json:"next,omitzero"` // when it is looked whether it works; zero: only when somebody says so
	Challenge *plan.Challenge `json:"challenge,omitempty"`
	Failed    *plan.Note      `json:"failed,omitempty"` // why the last sign-in did not come to an end
	Pass      plan.Pass       `json:"pass,omitzero"`
	Back      time.Time       `json:"back,omitzero"` // when it last worked again
}

func (k *keeper) notice(kind plan.NoticeKind) plan.Notice {
	return plan.Notice{
		Kind: kind, Plan: k.in.Plan, Login: k.in.Login.Name, Fault: string(k.Kind), Since: k.Since, What: k.Why.Message, Do: k.do(),
	}
}

// do is the one thing to do next about the login.
func (k *keeper) do() string {
	if k.State == plan.LoginLocked {
		return "Have " + k.in.Login.Name + " unlocked, then landfall login " + k.in.Login.Name + "; nothing is tried with it before."
	}
	return "Sign in: landfall login " + k.in.Login.Name + "; all that waits goes on by itself."
}

func (k *keeper) status() LoginStatus {
	s := LoginStatus{
		Login: k.in.Login.Name, State: k.State, Why: k.Why, Challenge: k.challenge, Failed: k.failed, Pass: k.Pass, Back: k.Back,
		Waiting: workflow.DeterministicKeys(k.Waiting),
	}
	if k.State != plan.LoginOK {
		s.Since, s.Next = k.Since, k.nextLook()
	}
	return s
}

func (k *keeper) behind() string {
	if len(k.Waiting) == 1 {
		return "1 workflow waits for it"
	}
	return fmt.Sprintf("%d workflows wait for it", len(k.Waiting))
}

// show puts the login's state where people look.
func (k *keeper) show(ctx workflow.Context) {
	by := ""
	if k.State != plan.LoginOK {
		by = k.in.Login.Name
	}
	err := workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrState, string(k.State)), keyword(AttrHeldBy, by), temporal.NewSearchAttributeKeyKeyword(AttrCloud).ValueSet(string(k.in.Cloud)))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes not set; register them with the namespace", "error", err)
	}
	workflow.SetCurrentDetails(ctx, k.details())
}

func (k *keeper) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s", k.in.Login.Name, k.State)
	if k.State == plan.LoginOK {
		b.WriteString("\n")
		return b.String()
	}
	fmt.Fprintf(&b, " since %s: %s\n\n%s\n\n", k.Since.UTC().Format(time.RFC3339), k.Why.Message, k.do())
	if c := k.challenge; c != nil {
		fmt.Fprintf(&b, "Open %s and type the code **%s**.\n\n", c.URL, c.Code)
	} else {
		b.WriteString("To sign in from here send the update `signIn` with `{\"operator\": \"you\"}`; if it works already, the update `resume` with " +
			"`{\"decision\": \"retry\", \"operator\": \"you\", \"reason\": \"why\"}`.\n\n")
	}
	if k.failed != nil {
		fmt.Fprintf(&b, "The last sign-in did not come to an end: %s %s\n\n", k.failed.Message, k.failed.Hint)
	}
	b.WriteString("Waiting:\n\n")
	for i, id := range workflow.DeterministicKeys(k.Waiting) {
		if i == 60 {
			fmt.Fprintf(&b, "- and %d more\n", len(k.Waiting)-i)
			break
		}
		fmt.Fprintf(&b, "- %s\n", id)
	}
	return clip(b.String(), 12000)
}
