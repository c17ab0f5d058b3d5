package aws

import (
	"maps"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// user is an IAM user. Its keys are in the cloud's list.
type user struct {
	holder
	id, name, path, arn string
	made                time.Time
	known               time.Time // when trust policies can name it
	tags                map[string]string
	keys                []string
}

func (q *request) user(name string) (*user, error) {
	if name == "" {
		name = q.who.user
	}
	if u := q.account.users[name]; u != nil {
		return u, nil
	}
	return nil, noEntity("The user with name %s cannot be found.", name)
}

func (u *user) wire(tags bool) wire.Map {
	out := wire.Map{"UserName": u.name, "UserId": u.id, "Arn": u.arn, "Path": u.path, "CreateDate": u.made}
	if tags && len(u.tags) > 0 {
		out["Tags"] = tagList(u.tags)
	}
	return out
}

func (a *account) newUser(name, path string, now time.Time) *user {
	u := &user{
		id: "AIDA" + randomID(17), name: name, path: path, arn: arn("iam", "", a.id, "user"+joined(path, name)),
		made: now, known: now, tags: map[string]string{}, holder: newHolder(),
	}
	a.users[name] = u
	return u
}

func getUser(q *request) (wire.Map, error) {
	var in struct{ UserName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	if err != nil {
		return nil, err
	}
	return wire.Map{"User": u.wire(true)}, nil
}

func listUsers(q *request) (wire.Map, error) {
	var in struct {
		Marker     string
		MaxItems   int
		PathPrefix string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, u := range values(q.account.users) {
		all = append(all, u.wire(false))
	}
	return marked(wire.Map{}, "Users", all, paging{in.Marker, in.MaxItems})
}

func createUser(q *request) (wire.Map, error) {
	var in struct {
		UserName, Path, PermissionsBoundary string
		Tags                                []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.UserName == "" {
		return nil, wrong("The request must contain the parameter UserName.")
	}
	if q.account.users[in.UserName] != nil {
		return nil, exists("User with name %s already exists.", in.UserName)
	}
	if in.Path == "" {
		in.Path = "/"
	}
	u := q.account.newUser(in.UserName, in.Path, q.now)
	u.known, u.tags = q.k.Later("aws.iam.propagation"), tagMap(in.Tags)
	return wire.Map{"User": u.wire(true)}, nil
}

func deleteUser(q *request) (wire.Map, error) {
	var in struct{ UserName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	switch {
	case err != nil:
		return nil, err
	case len(u.keys) > 0:
		return nil, inUse("Cannot delete entity, must delete access keys first.")
	case len(u.attached) > 0:
		return nil, inUse("Cannot delete entity, must detach all policies first.")
	case len(u.inline) > 0:
		return nil, inUse("Cannot delete entity, must delete policies first.")
	}
	delete(q.account.users, u.name)
	return nil, nil
}

func listUserTags(q *request) (wire.Map, error) {
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
	return marked(wire.Map{}, "Tags", tagList(u.tags), paging{in.Marker, in.MaxItems})
}

func tagUser(q *request) (wire.Map, error) {
	var in struct {
		UserName string
		Tags     []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	if err == nil {
		maps.Copy(u.tags, tagMap(in.Tags))
	}
	return nil, err
}

func untagUser(q *request) (wire.Map, error) {
	var in struct {
		UserName string
		TagKeys  []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u, err := q.user(in.UserName)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(u.tags, k)
	}
	return nil, nil
}
