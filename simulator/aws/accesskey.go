package aws

import (
	"net/http"
	"slices"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func (k *credential) status() string {
	if k.inactive {
		return "Inactive"
	}
	return "Active"
}

func listAccessKeys(q *request) (wire.Map, error) {
	var in struct {
		UserName, Marker string
		MaxItems         int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, id := range u.keys {
		k := q.keys[id]
		all = append(all, wire.Map{"UserName": u.name, "AccessKeyId": id, "Status": k.status(), "CreateDate": k.made})
	}
	return marked(wire.Map{}, "AccessKeyMetadata", all, paging{in.Marker, in.MaxItems})
}

func createAccessKey(q *request) (wire.Map, error) {
	var in struct{ UserName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	if err != nil {
		return nil, err
	}
	if len(u.keys) >= 2 {
		return nil, wire.Errorf(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	}
	k := q.accessKey(q.account, u, q.now, q.k.Later("aws.iam.accesskey"))
	return wire.Map{"AccessKey": wire.Map{
		"UserName": u.name, "AccessKeyId": k.id, "Status": "Active", "SecretAccessKey": k.secret, "CreateDate": k.made,
	}}, nil
}

func (q *request) accessKeyOf(name, id string) (*user, *credential, error) {
	u, err := q.user(name)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(u.keys, id) {
		return nil, nil, noEntity("The Access Key with id %s cannot be found.", id)
	}
	return u, q.keys[id], nil
}

func updateAccessKey(q *request) (wire.Map, error) {
	var in struct{ UserName, AccessKeyId, Status string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	_, k, err := q.accessKeyOf(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	if in.Status != "Active" && in.Status != "Inactive" {
		return nil, wrong("Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")
	}
	k.inactive = in.Status == "Inactive"
	return nil, nil
}

func deleteAccessKey(q *request) (wire.Map, error) {
	var in struct{ UserName, AccessKeyId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, k, err := q.accessKeyOf(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	u.keys = slices.DeleteFunc(u.keys, func(id string) bool { return id == k.id })
	delete(q.keys, k.id)
	return nil, nil
}

func getAccessKeyLastUsed(q *request) (wire.Map, error) {
	var in struct{ AccessKeyId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	k := q.keys[in.AccessKeyId]
	if k == nil || k.user == "" || k.account != q.account.id {
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: iam:GetAccessKeyLastUsed", q.who.arn)
	}
	last := wire.Map{"ServiceName": "N/A", "Region": "N/A"}
	if !k.used.IsZero() {
		last = wire.Map{"ServiceName": k.usedService, "Region": k.usedState, "LastUsedDate": k.used}
	}
	return wire.Map{"UserName": k.user, "AccessKeyLastUsed": last}, nil
}
