package session

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Permission is what one of the caller's roles permits: its actions but its not-actions.
type Permission struct {
	Actions []string `json:"actions"`
	Not     []string `json:"notActions"`
}

// Lacks are those of some actions that no role of the login permits at a scope (permissions list of Microsoft.Authorization).
func (s *Session) Lacks(ctx context.Context, scope string, actions []string) ([]string, error) {
	held, err := All[Permission](ctx, s, http.MethodGet, scope+"/providers/Microsoft.Authorization/permissions", "2022-04-01")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(actions), func(a string) bool {
		return slices.ContainsFunc(held, func(p Permission) bool { return p.Permits(a) })
	}), nil
}

// Permits reports whether a permission permits an action.
func (p Permission) Permits(action string) bool {
	is := func(pattern string) bool { return covers(pattern, action) }
	return slices.ContainsFunc(p.Actions, is) && !slices.ContainsFunc(p.Not, is)
}

// covers reports whether a pattern, in which * stands for anything, covers an action. Azure does not tell either apart by case.
func covers(pattern, action string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	fits, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", strings.ToLower(action))
	return err == nil && fits
}
