package aws

import "github.com/itbytes/landfall/simulator/aws/wire"

// passwordPolicy is what an account asks of its users' passwords.
type passwordPolicy struct {
	MinimumPasswordLength, MaxPasswordAge, PasswordReusePrevention                                                     int
	RequireSymbols, RequireNumbers, RequireUppercaseCharacters, RequireLowercaseCharacters, AllowUsersToChangePassword bool
	HardExpiry                                                                                                         bool
}

func getAccountSummary(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	a := q.account
	count := map[string]int{
		"AccountMFAEnabled": one(a.rootMFA), "AccountAccessKeysPresent": 0, "AccountPasswordPresent": one(!a.rootless), "AccountSigningCertificatesPresent": 0,
		"Users": len(a.users), "UsersQuota": 5000, "Roles": len(a.roles), "RolesQuota": 1000, "Groups": 0, "GroupsQuota": 300,
		"Policies": len(a.policies), "PoliciesQuota": 1500, "Providers": len(a.providers) + len(a.saml),
		"AccessKeysPerUserQuota": 2, "AttachedPoliciesPerUserQuota": 10, "AttachedPoliciesPerRoleQuota": 10,
	}
	var entries []wire.Map
	for _, name := range sorted(count) {
		entries = append(entries, wire.Map{"key": name, "value": count[name]})
	}
	return wire.Map{"SummaryMap": wire.List{Of: "entry", Items: entries}}, nil
}

func listAccountAliases(q *request) (wire.Map, error) {
	var in paging
	if err := q.read(&in); err != nil {
		return nil, err
	}
	return marked(wire.Map{}, "AccountAliases", q.account.aliases, in)
}

func getPasswordPolicy(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	p := q.account.passwords
	if p == nil {
		return nil, noEntity("The Password Policy with domain name %s cannot be found.", q.account.id)
	}
	out := wire.Map{
		"MinimumPasswordLength": p.MinimumPasswordLength, "RequireSymbols": p.RequireSymbols, "RequireNumbers": p.RequireNumbers,
		"RequireUppercaseCharacters": p.RequireUppercaseCharacters, "RequireLowercaseCharacters": p.RequireLowercaseCharacters,
		"AllowUsersToChangePassword": p.AllowUsersToChangePassword, "ExpirePasswords": p.MaxPasswordAge > 0, "HardExpiry": p.HardExpiry,
	}
	if p.MaxPasswordAge > 0 {
		out["MaxPasswordAge"] = p.MaxPasswordAge
	}
	if p.PasswordReusePrevention > 0 {
		out["PasswordReusePrevention"] = p.PasswordReusePrevention
	}
	return wire.Map{"PasswordPolicy": out}, nil
}

func updatePasswordPolicy(q *request) (wire.Map, error) {
	in := passwordPolicy{MinimumPasswordLength: 6}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.MinimumPasswordLength < 6 || in.MinimumPasswordLength > 128 {
		return nil, wrong("Value at 'minimumPasswordLength' failed to satisfy constraint")
	}
	q.account.passwords = &in
	return nil, nil
}

func deletePasswordPolicy(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	if q.account.passwords == nil {
		return nil, noEntity("The account policy with name PasswordPolicy cannot be found.")
	}
	q.account.passwords = nil
	return nil, nil
}
