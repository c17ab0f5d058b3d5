"""Judges the AWS simulator by AWS's own models, as botocore ships them.

Every answer to a scripted series of calls is walked over the operation's output shape: no member that the model does not
know, every required member there, every enum's value one of its own. Refusals must bear a code that the model or AWS in
general knows, and operations that the simulator does not have must be refused.

Environment: LANDFALL_JUDGE_ENDPOINT, _ACCOUNT, _MEMBER, _REGION, _KEY_ID, _SECRET, _SESSION (the SSO cache's JSON), _TOKEN
(of the issuer https://issuer.example/judge/ for the subject robot and the audience api://judge); without them it starts ./serve itself with the go command.
"""

import json
import os
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

# AWS's models write these with a capital; its wire does not, and clients that compare as the model writes never finish.
OTHER_CASE = {"ec2": {"State"}, "config": {"RecorderStatus"}}
UNLISTED = {"AttachmentStatus": {"available"}}  # AWS answers it, and its model does not list it
GENERAL = {  # codes that AWS answers in any service, and that no model lists
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ValidationError", "ValidationException", "InvalidAction",
    "UnknownOperationException", "NotImplemented", "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure",
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "ForbiddenException", "UnauthorizedException",
}
UNMODELLED = {"ec2", "s3"}  # their models list hardly any error

failures, calls = [], []


def fail(where, what):
    failures.append("%s: %s" % (where, what))


def wire_name(name, shape):
    return shape.serialization.get("name", name)


def check_json(service, where, shape, value):
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure":
        if not isinstance(value, dict):
            return fail(where, "a structure is wanted, not %r" % (value,))
        if getattr(shape, "is_document_type", False):
            return
        names = {wire_name(n, s): (n, s) for n, s in shape.members.items()}
        for name in value:
            if name not in names:
                fail(where, "member %s is not in the model" % name)
            else:
                check_json(service, where + "." + name, names[name][1], value[name])
        for n in shape.required_members:
            s = shape.members[n]
            if not s.serialization.get("location") and value.get(wire_name(n, s)) is None:
                fail(where, "required member %s is missing" % n)
    elif kind == "list":
        if not isinstance(value, list):
            return fail(where, "a list is wanted, not %r" % (value,))
        for v in value:
            check_json(service, where + "[]", shape.member, v)
    elif kind == "map":
        if not isinstance(value, dict):
            return fail(where, "a map is wanted, not %r" % (value,))
        for v in value.values():
            check_json(service, where + "{}", shape.value, v)
    else:
        want = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float), "float": (int, float),
                "timestamp": (int, float, str), "blob": str}[kind]
        if not isinstance(value, want) or (isinstance(value, bool) and kind != "boolean"):
            fail(where, "%s is wanted, not %r" % (kind, value))
        check_enum(service, where, shape, value)


def check_enum(service, where, shape, value):
    enum = getattr(shape, "enum", None)
    if not enum:
        return
    if shape.name in OTHER_CASE.get(service, ()):
        enum, value = [e.lower() for e in enum], value.lower()
    if value not in enum and value not in UNLISTED.get(shape.name, ()):
        fail(where, "%r is none of %s's values" % (value, shape.name))


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


def check_xml(service, where, shape, element):
    kind = shape.type_name
    if kind == "structure":
        names = {}
        for n, s in shape.members.items():
            if s.type_name == "list" and s.serialization.get("flattened"):
                names[s.member.serialization.get("name", wire_name(n, s))] = (n, s)
            names[wire_name(n, s)] = (n, s)
        seen = set()
        for child in element:
            if tag(child) not in names:
                fail(where, "element %s is not in the model" % tag(child))
                continue
            n, s = names[tag(child)]
            seen.add(n)
            check_xml(service, where + "." + tag(child), s, child)
        for n in shape.required_members:
            if n not in seen and not shape.members[n].serialization.get("location"):
                fail(where, "required member %s is missing" % n)
    elif kind == "list":
        item = shape.member.serialization.get("name", "member")
        if shape.serialization.get("flattened"):
            return check_xml(service, where, shape.member, element)
        for child in element:
            if tag(child) != item:
                fail(where, "list element %s should be %s" % (tag(child), item))
            check_xml(service, where + "[]", shape.member, child)
    elif kind == "map":
        for entry in element:
            if [tag(c) for c in entry] != [shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")]:
                fail(where, "map entry has %s" % [tag(c) for c in entry])
    else:
        text = element.text or ""
        if kind == "boolean" and text not in ("true", "false"):
            fail(where, "boolean is wanted, not %r" % text)
        if kind in ("integer", "long") and not text.lstrip("-").isdigit():
            fail(where, "%s is wanted, not %r" % (kind, text))
        if len(element):
            fail(where, "a %s has elements" % kind)
        check_enum(service, where, shape, text)


def check(operation_model, response_dict, **_):
    """Walks one raw answer before botocore parses it."""
    service = operation_model.service_model.service_name
    where = service + " " + operation_model.name
    body, shape = response_dict["body"], operation_model.output_shape
    protocol = operation_model.service_model.protocol
    if response_dict["status_code"] >= 300:
        return
    want = operation_model.http.get("responseCode")
    if want and want != response_dict["status_code"]:
        fail(where, "status %s is wanted, not %s" % (want, response_dict["status_code"]))
    if shape is None:
        if protocol == "json" and body not in (b"", b"{}"):
            fail(where, "no body is wanted, not %r" % body[:80])
        return
    for name, s in shape.members.items():
        if name in shape.required_members and s.serialization.get("location") == "header":
            if wire_name(name, s).lower() not in {h.lower() for h in response_dict["headers"]}:
                fail(where, "required header %s is missing" % name)
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name != "structure":
        return
    if protocol in ("json", "rest-json"):
        return check_json(service, where, shape, json.loads(body or b"{}"))
    if not body:
        return
    root = ET.fromstring(body)
    if protocol == "query":
        wrapper = shape.serialization.get("resultWrapper")
        found = [c for c in root if tag(c) == wrapper]
        if not found:
            return fail(where, "no %s in the answer" % wrapper)
        root = found[0]
    elif protocol == "ec2":
        for c in [c for c in root if tag(c) == "requestId"]:
            root.remove(c)
    if payload:
        shape = shape.members[payload]
    if operation_model.name == "GetBucketLocation":
        return  # its one member is the text of the root
    check_xml(service, where, shape, root)


class Judge:
    def __init__(self, env):
        self.env, self.session, self.clients = env, botocore.session.Session(), {}
        # S3 Control puts the account before the host, whatever the host is: "1234.127.0.0.1" is found at 127.0.0.1.
        host, real = urlsplit(env["endpoint"]).hostname, socket.getaddrinfo
        socket.getaddrinfo = lambda name, *a, **k: real(host if str(name).endswith("." + host) else name, *a, **k)

    def client(self, service, credentials=None):
        key = (service, json.dumps(credentials))
        if key not in self.clients:
            if credentials is None:
                credentials = {"id": self.env["accessKeyId"], "secret": self.env["secretAccessKey"], "token": None}
            config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, parameter_validation=True)
            c = self.session.create_client(
                service, region_name=self.env["region"], endpoint_url=self.env["endpoint"], config=config,
                aws_access_key_id=credentials["id"], aws_secret_access_key=credentials["secret"], aws_session_token=credentials["token"])
            c.meta.events.register("before-parse." + c.meta.service_model.service_id.hyphenize(), check)
            self.clients[key] = c
        return self.clients[key]

    def call(self, service, operation, credentials=None, **params):
        calls.append(service + " " + operation)
        try:
            return self.client(service, credentials)._make_api_call(operation, params)
        except ClientError as e:
            fail("%s %s" % (service, operation), "refused: %s" % e)
            return {}

    def refuse(self, code, service, operation, credentials=None, **params):
        calls.append(service + " " + operation)
        where = "%s %s" % (service, operation)
        try:
            self.client(service, credentials)._make_api_call(operation, params)
        except ClientError as e:
            got = e.response["Error"]["Code"]
            model = self.client(service, credentials).meta.service_model.operation_model(operation)
            known = {s.error_code for s in model.error_shapes} | {s.name for s in model.error_shapes} | GENERAL
            if got != code:
                fail(where, "the refusal %s is wanted, not %s" % (code, e))
            elif got not in known and service not in UNMODELLED:
                fail(where, "the model does not list the refusal %s" % got)
            return e.response
        fail(where, "the refusal %s is wanted, not success" % code)
        return {}

    def fail(self, where, what):
        fail(where, what)

    def until(self, what, holds):
        for _ in range(200):
            if holds():
                return
            time.sleep(0.02)
        fail(what, "it never came")


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import script

    names = {"endpoint": "ENDPOINT", "account": "ACCOUNT", "member": "MEMBER", "region": "REGION", "accessKeyId": "KEY_ID",
             "secretAccessKey": "SECRET", "session": "SESSION", "token": "TOKEN"}
    env, server = {n: os.environ.get("LANDFALL_JUDGE_" + v) for n, v in names.items()}, None
    if not env["endpoint"]:
        here = os.path.dirname(os.path.abspath(__file__))
        server = subprocess.Popen(["go", "run", "./serve"], cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        env = json.loads(server.stdout.readline())
    try:
        script.play(Judge(env))
    finally:
        if server:
            server.stdin.close()
            server.wait()
    for f in failures:
        print("FAIL", f)
    print("%d calls of %d operations judged, %d failures" % (len(calls), len(set(calls)), len(failures)))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    sys.modules["shapes"] = sys.modules["__main__"]
    main()
