package azure

import "net/http"

// ruleRoutes are a security group's rules one by one; each write is a write to the group.
func ruleRoutes() []route {
	const path = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/networkSecurityGroups/{parent}/securityRules"
	r := func(method, rest, verb string, answer func(*ask)) route {
		return route{method: method, path: path + rest, service: networkService, operation: "securityRules." + verb, since: networkSince, answer: answer}
	}
	return []route{
		r("GET", "", "list", listRules), r("GET", "/{name}", "get", getRule), r("PUT", "/{name}", "put", putRule), r("DELETE", "/{name}", "delete", deleteRule),
	}
}

func listRules(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	var items []obj
	for _, r := range objects(t.props, "securityRules") {
		items = append(items, a.showRule(t, r))
	}
	a.page(items)
}

func getRule(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	rules := list(t.props, "securityRules")
	i := child(rules, a.param("name"))
	if i < 0 {
		a.fail(http.StatusNotFound, "NotFound", "Resource "+a.id()+" not found.")
		return
	}
	a.ok(http.StatusOK, a.showRule(t, rules[i].(obj)))
}

func putRule(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	if t.busy(a.k.Now()) {
		a.inProgress(t)
		return
	}
	next := *t
	next.props = copied(t.props)
	rules, r, status := list(next.props, "securityRules"), cleanRule(t, a.param("name"), a.body), http.StatusOK
	if i := child(rules, a.param("name")); i >= 0 {
		rules[i] = r
	} else {
		rules, status = append(rules, any(r)), http.StatusCreated
	}
	next.props["securityRules"] = rules
	if !a.ruled(&next) {
		return
	}
	t.props = next.props
	t.touch(a.k.Later(networkTakes))
	made := func() any { return a.showRule(t, r) }
	if a.k.Now().Before(t.ready) {
		a.begin(operation{service: networkService, location: t.location, ready: t.ready, made: made}).announce(a)
	}
	a.ok(status, made())
}

func deleteRule(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	rules := list(t.props, "securityRules")
	i := child(rules, a.param("name"))
	switch {
	case i < 0:
		a.ok(http.StatusNoContent, nil)
	case t.busy(a.k.Now()):
		a.inProgress(t)
	default:
		t.props["securityRules"] = append(append([]any{}, rules[:i]...), rules[i+1:]...)
		t.touch(a.k.Later(networkTakes))
		a.begin(operation{service: networkService, location: t.location, ready: t.ready}).announce(a)
		a.ok(http.StatusAccepted, nil)
	}
}
