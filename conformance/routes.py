"""Writes which request is which operation, for the services of AWS that say it by method and path alone, from AWS's own
models as botocore carries them: {service: [[method, uri, operation], ...]}."""

import json
import sys

import botocore.session

session = botocore.session.get_session()
routes = {}
for service in ("guardduty", "route53", "s3", "s3control", "securityhub"):
    model = session.get_service_model(service)
    operations = (model.operation_model(name) for name in model.operation_names)
    routes[service] = [[o.http["method"], o.http["requestUri"], o.name] for o in operations]
json.dump(routes, sys.stdout)
