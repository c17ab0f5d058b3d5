"""The series of calls that the judge makes: every operation that the simulator has, and the refusals that matter."""

import json

from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
FLOW_TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]}


def play(j):
    strangers(j)
    sso(j)
    organizations(j)
    iam_users(j)
    iam_roles(j)
    iam_account(j)
    federation(j)
    guardduty(j)
    s3(j)
    config(j)
    securityhub(j)
    network(j)
    endpoints(j)
    flow_logs(j)
    waf(j)
    logs(j)
    route53(j)
    dynamodb(j)
    unknown(j)


def strangers(j):
    nobody = {"id": "AKIAIOSFODNN7EXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token": None}
    moto = {"id": "testing", "secret": "testing", "token": "testing"}
    forged = {"id": j.env["accessKeyId"], "secret": "not-the-secret", "token": None}
    for who in (nobody, moto):
        j.refuse("InvalidClientTokenId", "sts", "GetCallerIdentity", who)
        j.refuse("UnrecognizedClientException", "organizations", "DescribeOrganization", who)
        j.refuse("UnrecognizedClientException", "guardduty", "ListDetectors", who)
        j.refuse("AuthFailure", "ec2", "DescribeVpcs", who)
        j.refuse("InvalidAccessKeyId", "s3", "ListBuckets", who)
    j.refuse("SignatureDoesNotMatch", "sts", "GetCallerIdentity", forged)
    j.refuse("InvalidSignatureException", "dynamodb", "ListTables", forged)
    j.call("sts", "GetCallerIdentity")


def sso(j):
    session = json.loads(j.env["session"])
    token = session["accessToken"]
    r = j.call("sso", "GetRoleCredentials", roleName="AdministratorAccess", accountId=j.env["account"], accessToken=token)["roleCredentials"]
    temporary = {"id": r["accessKeyId"], "secret": r["secretAccessKey"], "token": r["sessionToken"]}
    j.call("sts", "GetCallerIdentity", temporary)
    j.refuse("InvalidClientTokenId", "sts", "GetCallerIdentity", dict(temporary, token=None))
    j.call("sso", "ListAccounts", accessToken=token)
    j.call("sso", "ListAccountRoles", accessToken=token, accountId=j.env["account"])
    j.refuse("UnauthorizedException", "sso", "GetRoleCredentials", roleName="AdministratorAccess", accountId=j.env["account"], accessToken="nobody's")
    j.refuse("ForbiddenException", "sso", "GetRoleCredentials", roleName="Other", accountId=j.env["account"], accessToken=token)
    c = j.call("sso-oidc", "RegisterClient", clientName="judge", clientType="public", scopes=["sso:account:access"])
    client = {"clientId": c["clientId"], "clientSecret": c["clientSecret"]}
    j.refuse("InvalidClientMetadataException", "sso-oidc", "RegisterClient", clientName="judge", clientType="confidential")
    j.refuse("InvalidClientException", "sso-oidc", "StartDeviceAuthorization", startUrl=session["startUrl"], **dict(client, clientSecret="x"))
    j.refuse("InvalidRequestException", "sso-oidc", "StartDeviceAuthorization", startUrl="https://nobody.example/start", **client)
    d = j.call("sso-oidc", "StartDeviceAuthorization", startUrl=session["startUrl"], **client)
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    j.refuse("AuthorizationPendingException", "sso-oidc", "CreateToken", grantType=grant, deviceCode=d["deviceCode"], **client)
    j.refuse("SlowDownException", "sso-oidc", "CreateToken", grantType=grant, deviceCode=d["deviceCode"], **client)
    j.refuse("InvalidGrantException", "sso-oidc", "CreateToken", grantType="refresh_token", refreshToken="x", **client)
    j.refuse("UnsupportedGrantTypeException", "sso-oidc", "CreateToken", grantType="authorization_code", redirectUri="http://127.0.0.1", **client)
    role = "arn:aws:iam::%s:role/OrganizationAccountAccessRole" % j.env["member"]
    c = j.call("sts", "AssumeRole", RoleArn=role, RoleSessionName="judge")["Credentials"]
    inside = {"id": c["AccessKeyId"], "secret": c["SecretAccessKey"], "token": c["SessionToken"]}
    j.call("sts", "GetCallerIdentity", inside)
    j.call("organizations", "DescribeOrganization", inside)
    j.refuse("AccessDeniedException", "organizations", "ListAccounts", inside)
    j.call("ec2", "DescribeVpcs", inside)
    j.call("ec2", "DescribeInternetGateways", inside)
    j.refuse("AccessDenied", "sts", "AssumeRole", RoleArn="arn:aws:iam::999988887777:role/OrganizationAccountAccessRole", RoleSessionName="judge")


def organizations(j):
    o = "organizations"
    j.call(o, "DescribeOrganization")
    j.refuse("AlreadyInOrganizationException", o, "CreateOrganization", FeatureSet="ALL")
    root = j.call(o, "ListRoots")["Roots"][0]["Id"]
    made = j.call(o, "CreateAccount", Email="new@judge.example", AccountName="new", Tags=[{"Key": "owner", "Value": "judge"}])["CreateAccountStatus"]
    if made["State"] != "IN_PROGRESS":
        j.fail("organizations CreateAccount", "it is done at once")
    status = lambda m: j.call(o, "DescribeCreateAccountStatus", CreateAccountRequestId=m["Id"])["CreateAccountStatus"]
    j.until("organizations CreateAccount", lambda: status(made)["State"] == "SUCCEEDED")
    twice = j.call(o, "CreateAccount", Email="NEW@judge.example", AccountName="twice")["CreateAccountStatus"]
    j.until("a second account with the same e-mail fails", lambda: status(twice).get("FailureReason") == "EMAIL_ALREADY_EXISTS")
    j.call(o, "ListCreateAccountStatus", States=["SUCCEEDED", "FAILED"], MaxResults=1)
    j.refuse("CreateAccountStatusNotFoundException", o, "DescribeCreateAccountStatus", CreateAccountRequestId="car-" + "0" * 32)
    new = status(made)["AccountId"]
    j.call(o, "DescribeAccount", AccountId=new)
    j.refuse("AccountNotFoundException", o, "DescribeAccount", AccountId="999988887777")
    page = j.call(o, "ListAccounts", MaxResults=1)
    j.call(o, "ListAccounts", MaxResults=1, NextToken=page["NextToken"])
    j.refuse("InvalidInputException", o, "ListAccounts", NextToken="nobody's")
    j.call(o, "ListAccountsForParent", ParentId=root)
    ou = j.call(o, "CreateOrganizationalUnit", ParentId=root, Name="core")["OrganizationalUnit"]["Id"]
    j.refuse("DuplicateOrganizationalUnitException", o, "CreateOrganizationalUnit", ParentId=root, Name="core")
    j.call(o, "DescribeOrganizationalUnit", OrganizationalUnitId=ou)
    j.call(o, "UpdateOrganizationalUnit", OrganizationalUnitId=ou, Name="kernel")
    j.call(o, "ListOrganizationalUnitsForParent", ParentId=root)
    j.refuse("SourceParentNotFoundException", o, "MoveAccount", AccountId=new, SourceParentId=ou, DestinationParentId=root)
    j.call(o, "MoveAccount", AccountId=new, SourceParentId=root, DestinationParentId=ou)
    j.call(o, "ListParents", ChildId=new)
    j.call(o, "ListChildren", ParentId=ou, ChildType="ACCOUNT")
    j.refuse("OrganizationalUnitNotEmptyException", o, "DeleteOrganizationalUnit", OrganizationalUnitId=ou)
    j.call(o, "MoveAccount", AccountId=new, SourceParentId=ou, DestinationParentId=root)
    scp = "SERVICE_CONTROL_POLICY"
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/X"}}}]})
    p = j.call(o, "CreatePolicy", Name="closed", Description="", Type=scp, Content=deny)["Policy"]["PolicySummary"]["Id"]
    j.refuse("DuplicatePolicyException", o, "CreatePolicy", Name="closed", Description="", Type=scp, Content=deny)
    j.refuse("MalformedPolicyDocumentException", o, "CreatePolicy", Name="other", Description="", Type=scp, Content="{}")
    j.refuse("PolicyTypeNotEnabledException", o, "AttachPolicy", PolicyId=p, TargetId=ou)
    j.call(o, "EnablePolicyType", RootId=root, PolicyType=scp)
    j.refuse("PolicyTypeAlreadyEnabledException", o, "EnablePolicyType", RootId=root, PolicyType=scp)
    j.call(o, "AttachPolicy", PolicyId=p, TargetId=ou)
    j.refuse("DuplicatePolicyAttachmentException", o, "AttachPolicy", PolicyId=p, TargetId=ou)
    j.refuse("PolicyNotFoundException", o, "DescribePolicy", PolicyId="p-nobodys0")
    j.call(o, "DescribePolicy", PolicyId=p)
    j.call(o, "UpdatePolicy", PolicyId=p, Description="closed to everybody")
    j.call(o, "ListPolicies", Filter=scp)
    j.call(o, "ListPoliciesForTarget", Filter=scp, TargetId=ou)
    j.call(o, "ListTargetsForPolicy", PolicyId=p)
    j.refuse("PolicyInUseException", o, "DeletePolicy", PolicyId=p)
    j.call(o, "DetachPolicy", PolicyId=p, TargetId=ou)
    j.call(o, "DeletePolicy", PolicyId=p)
    j.call(o, "DisablePolicyType", RootId=root, PolicyType=scp)
    q = j.call("service-quotas", "GetServiceQuota", ServiceCode="organizations", QuotaCode="L-29A0C5DF")["Quota"]
    if q["Value"] != 30:
        j.fail("service-quotas GetServiceQuota", "it is not the estate's")
    j.refuse("NoSuchResourceException", "service-quotas", "GetServiceQuota", ServiceCode="organizations", QuotaCode="L-00000000")
    j.call(o, "DeleteOrganizationalUnit", OrganizationalUnitId=ou)
    j.call(o, "TagResource", ResourceId=new, Tags=[{"Key": "landfall-plan", "Value": "judge"}])
    j.call(o, "UntagResource", ResourceId=new, TagKeys=["owner"])
    j.call(o, "ListTagsForResource", ResourceId=new)
    j.call(o, "CloseAccount", AccountId=new)
    j.refuse("AccessDenied", "sts", "AssumeRole", RoleArn="arn:aws:iam::%s:role/OrganizationAccountAccessRole" % new, RoleSessionName="judge")


def session_token(j):
    """A user's own session, begun without a second factor: closed to IAM, and no session begins another."""
    j.refuse("ValidationError", "sts", "GetSessionToken", DurationSeconds=60 * 60 * 37)
    r = j.call("sts", "GetSessionToken", DurationSeconds=900)["Credentials"]
    own = {"id": r["AccessKeyId"], "secret": r["SecretAccessKey"], "token": r["SessionToken"]}
    j.call("sts", "GetCallerIdentity", own)
    j.call("organizations", "DescribeOrganization", own)
    j.refuse("InvalidClientTokenId", "iam", "ListUsers", own)
    j.refuse("AccessDenied", "sts", "GetSessionToken", own, DurationSeconds=900)


def iam_users(j):
    i = "iam"
    j.call(i, "CreateUser", UserName="ann", Tags=[{"Key": "a", "Value": "b"}])
    j.refuse("EntityAlreadyExists", i, "CreateUser", UserName="ann")
    j.call(i, "GetUser", UserName="ann")
    j.refuse("NoSuchEntity", i, "GetUser", UserName="bob")
    j.call(i, "ListUsers", MaxItems=1)
    j.call(i, "TagUser", UserName="ann", Tags=[{"Key": "c", "Value": "d"}])
    j.call(i, "UntagUser", UserName="ann", TagKeys=["a"])
    j.call(i, "ListUserTags", UserName="ann")
    first = j.call(i, "CreateAccessKey", UserName="ann")["AccessKey"]
    j.refuse("InvalidClientTokenId", "sts", "GetCallerIdentity", {"id": first["AccessKeyId"], "secret": first["SecretAccessKey"], "token": None})
    second = j.call(i, "CreateAccessKey", UserName="ann")["AccessKey"]
    j.refuse("LimitExceeded", i, "CreateAccessKey", UserName="ann")
    j.call(i, "ListAccessKeys", UserName="ann")
    j.call(i, "UpdateAccessKey", UserName="ann", AccessKeyId=second["AccessKeyId"], Status="Inactive")
    j.call(i, "GetAccessKeyLastUsed", AccessKeyId=j.env["accessKeyId"])
    j.call(i, "GetAccessKeyLastUsed", AccessKeyId=second["AccessKeyId"])
    session_token(j)
    j.refuse("DeleteConflict", i, "DeleteUser", UserName="ann")
    for k in (first, second):
        j.call(i, "DeleteAccessKey", UserName="ann", AccessKeyId=k["AccessKeyId"])
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    j.call(i, "AttachUserPolicy", UserName="ann", PolicyArn=arn)
    j.refuse("NoSuchEntity", i, "AttachUserPolicy", UserName="ann", PolicyArn="arn:aws:iam::aws:policy/Nothing")
    j.call(i, "ListAttachedUserPolicies", UserName="ann")
    j.refuse("DeleteConflict", i, "DeleteUser", UserName="ann")
    j.call(i, "DetachUserPolicy", UserName="ann", PolicyArn=arn)
    j.call(i, "PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    j.call(i, "GetUserPolicy", UserName="ann", PolicyName="p")
    j.call(i, "ListUserPolicies", UserName="ann")
    j.call(i, "DeleteUserPolicy", UserName="ann", PolicyName="p")
    j.call(i, "DeleteUser", UserName="ann")


def iam_roles(j):
    i = "iam"
    nobody = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:user/none" % j.env["account"]}, "Action": "sts:AssumeRole"}]}
    j.refuse("MalformedPolicyDocument", i, "CreateRole", RoleName="r", AssumeRolePolicyDocument=json.dumps(nobody))
    j.call(i, "CreateRole", RoleName="flow", AssumeRolePolicyDocument=json.dumps(FLOW_TRUST), Tags=[{"Key": "a", "Value": "b"}], Description="d")
    j.refuse("EntityAlreadyExists", i, "CreateRole", RoleName="flow", AssumeRolePolicyDocument=json.dumps(FLOW_TRUST))
    j.call(i, "GetRole", RoleName="flow")
    j.refuse("NoSuchEntity", i, "GetRole", RoleName="none")
    j.call(i, "ListRoles")
    j.call(i, "TagRole", RoleName="flow", Tags=[{"Key": "c", "Value": "d"}])
    j.call(i, "UntagRole", RoleName="flow", TagKeys=["a"])
    j.call(i, "ListRoleTags", RoleName="flow")
    j.call(i, "UpdateAssumeRolePolicy", RoleName="flow", PolicyDocument=json.dumps(FLOW_TRUST))
    arn = "arn:aws:iam::aws:policy/SecurityAudit"
    j.call(i, "AttachRolePolicy", RoleName="flow", PolicyArn=arn)
    j.call(i, "ListAttachedRolePolicies", RoleName="flow")
    j.refuse("DeleteConflict", i, "DeleteRole", RoleName="flow")
    j.call(i, "DetachRolePolicy", RoleName="flow", PolicyArn=arn)
    j.call(i, "PutRolePolicy", RoleName="flow", PolicyName="write", PolicyDocument=json.dumps(ALLOW))
    j.call(i, "GetRolePolicy", RoleName="flow", PolicyName="write")
    j.call(i, "ListRolePolicies", RoleName="flow")
    j.call(i, "CreateRole", RoleName="short", AssumeRolePolicyDocument=json.dumps(TRUST))
    j.call(i, "PutRolePolicy", RoleName="short", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    j.call(i, "DeleteRolePolicy", RoleName="short", PolicyName="p")
    j.call(i, "DeleteRole", RoleName="short")
    j.call(i, "CreateServiceLinkedRole", AWSServiceName="config.amazonaws.com")
    j.refuse("InvalidInput", i, "CreateServiceLinkedRole", AWSServiceName="config.amazonaws.com")
    j.call(i, "GetPolicy", PolicyArn=arn)
    j.call(i, "ListPolicies", Scope="AWS", MaxItems=3)


def iam_account(j):
    i = "iam"
    p = j.call(i, "CreateOpenIDConnectProvider", Url="https://token.example", ClientIDList=["sts.amazonaws.com"])["OpenIDConnectProviderArn"]
    j.refuse("EntityAlreadyExists", i, "CreateOpenIDConnectProvider", Url="https://token.example")
    j.call(i, "ListOpenIDConnectProviders")
    j.call(i, "AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=p, ClientID="other")
    j.call(i, "RemoveClientIDFromOpenIDConnectProvider", OpenIDConnectProviderArn=p, ClientID="other")
    j.call(i, "UpdateOpenIDConnectProviderThumbprint", OpenIDConnectProviderArn=p, ThumbprintList=["0" * 40])
    j.call(i, "TagOpenIDConnectProvider", OpenIDConnectProviderArn=p, Tags=[{"Key": "a", "Value": "b"}])
    j.call(i, "ListOpenIDConnectProviderTags", OpenIDConnectProviderArn=p)
    j.call(i, "UntagOpenIDConnectProvider", OpenIDConnectProviderArn=p, TagKeys=["a"])
    j.call(i, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=p)
    j.call(i, "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=p)
    j.call(i, "ListSAMLProviders")
    judge = "arn:aws:iam::%s:user/judge" % j.env["account"]
    j.call(i, "SimulatePrincipalPolicy", PolicySourceArn=judge, ActionNames=["iam:CreateUser", "ec2:CreateVpc"])
    j.refuse("InvalidInput", i, "SimulatePrincipalPolicy", PolicySourceArn="arn:aws:sts::%s:assumed-role/X/y" % j.env["account"], ActionNames=["iam:CreateUser"])
    j.refuse("NoSuchEntity", i, "SimulatePrincipalPolicy", PolicySourceArn=judge + "s", ActionNames=["iam:CreateUser"])
    j.call(i, "GetAccountSummary")
    j.call(i, "ListAccountAliases")
    j.refuse("NoSuchEntity", i, "GetAccountPasswordPolicy")
    j.call(i, "UpdateAccountPasswordPolicy", MinimumPasswordLength=14, PasswordReusePrevention=24)
    j.call(i, "GetAccountPasswordPolicy")
    j.call(i, "DeleteAccountPasswordPolicy")


def federation(j):
    """Tokens of others that open a role, and AWS's own tokens, which open nothing of AWS's."""
    i, s = "iam", "sts"
    host = "issuer.example/judge/"
    ours = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"AWS": j.env["account"]}}
    theirs = {"Action": "sts:AssumeRoleWithWebIdentity", "Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s" % (j.env["account"], host)},
              "Condition": {"StringEquals": {host + ":aud": "api://judge", host + ":sub": "robot"}}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [ours, theirs]})
    role = "arn:aws:iam::%s:role/robot" % j.env["account"]
    enter = dict(RoleArn=role, RoleSessionName="judge", WebIdentityToken=j.env["token"])
    j.refuse("InvalidIdentityToken", s, "AssumeRoleWithWebIdentity", **enter)
    j.call(i, "CreateOpenIDConnectProvider", Url="https://" + host, ClientIDList=["api://judge"])
    j.call(i, "CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust)
    j.until("the trust is known", lambda: knows(j, enter))
    j.refuse("AccessDenied", s, "AssumeRoleWithWebIdentity", **dict(enter, RoleArn=role + "s"))
    j.refuse("InvalidIdentityToken", s, "AssumeRoleWithWebIdentity", **dict(enter, WebIdentityToken="nonsense"))
    j.refuse("ValidationError", s, "AssumeRoleWithWebIdentity", **dict(enter, ProviderId="www.amazon.com"))
    c = j.call(s, "AssumeRoleWithWebIdentity", **enter)["Credentials"]
    robot = {"id": c["AccessKeyId"], "secret": c["SecretAccessKey"], "token": c["SessionToken"]}
    j.call(s, "GetCallerIdentity", robot)

    ask = dict(Audience=["landfall:judge"], SigningAlgorithm="RS256")
    j.refuse("AccessDenied", s, "GetWebIdentityToken", robot, **ask)
    j.refuse("FeatureDisabled", i, "GetOutboundWebIdentityFederationInfo")
    j.refuse("FeatureDisabled", i, "DisableOutboundWebIdentityFederation")
    j.refuse("OutboundWebIdentityFederationDisabledException", s, "GetWebIdentityToken", **ask)
    j.call(i, "EnableOutboundWebIdentityFederation")
    j.refuse("FeatureEnabled", i, "EnableOutboundWebIdentityFederation")
    j.call(i, "GetOutboundWebIdentityFederationInfo")
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*", "Condition": {
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ["landfall:judge"]}, "Null": {"sts:IdentityTokenAudience": "false"},
        "NumericLessThanEquals": {"sts:DurationSeconds": 900}, "StringEquals": {"sts:SigningAlgorithm": "RS256"}}}]}
    j.call(i, "PutRolePolicy", RoleName="robot", PolicyName="tokens", PolicyDocument=json.dumps(may))
    j.until("the policy is known", lambda: signs(j, robot, ask))
    token = j.call(s, "GetWebIdentityToken", robot, DurationSeconds=900, **ask)["WebIdentityToken"]
    j.refuse("AccessDenied", s, "GetWebIdentityToken", robot, **dict(ask, Audience=["landfall:judge", "another"]))
    j.refuse("AccessDenied", s, "GetWebIdentityToken", robot, DurationSeconds=901, **ask)
    j.refuse("ValidationError", s, "GetWebIdentityToken", **dict(ask, SigningAlgorithm="ES384"))
    j.refuse("ValidationError", s, "GetWebIdentityToken", Tags=[{"Key": "a", "Value": "b"}], **ask)
    short = j.call(s, "AssumeRole", RoleArn=role, RoleSessionName="judge", DurationSeconds=900)["Credentials"]
    j.refuse("SessionDurationEscalationException", s, "GetWebIdentityToken",
             {"id": short["AccessKeyId"], "secret": short["SecretAccessKey"], "token": short["SessionToken"]}, DurationSeconds=900, **ask)
    j.refuse("InvalidIdentityToken", s, "AssumeRoleWithWebIdentity", **dict(enter, WebIdentityToken=token))
    j.call(i, "DisableOutboundWebIdentityFederation")
    j.call(i, "DeleteRolePolicy", RoleName="robot", PolicyName="tokens")
    j.call(i, "DeleteRole", RoleName="robot")


def knows(j, enter):
    try:
        return j.client("sts").assume_role_with_web_identity(**enter)
    except ClientError:
        return False


def signs(j, robot, ask):
    try:
        return j.client("sts", robot).get_web_identity_token(**ask)
    except ClientError:
        return False


def guardduty(j):
    g = "guardduty"
    d = j.call(g, "CreateDetector", Enable=True, ClientToken="t", Tags={"a": "b"}, Features=[{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}])["DetectorId"]
    if j.call(g, "CreateDetector", Enable=True, ClientToken="t").get("DetectorId") != d:
        j.fail("guardduty CreateDetector", "the same token makes another")
    j.refuse("BadRequestException", g, "CreateDetector", Enable=True, ClientToken="other")
    j.call(g, "ListDetectors")
    j.call(g, "UpdateDetector", DetectorId=d, Enable=False, FindingPublishingFrequency="ONE_HOUR")
    j.call(g, "GetDetector", DetectorId=d)
    arn = "arn:aws:guardduty:%s:%s:detector/%s" % (j.env["region"], j.env["account"], d)
    j.call(g, "TagResource", ResourceArn=arn, Tags={"c": "d"})
    j.call(g, "ListTagsForResource", ResourceArn=arn)
    j.call(g, "UntagResource", ResourceArn=arn, TagKeys=["c"])
    j.call(g, "DeleteDetector", DetectorId=d)
    j.refuse("BadRequestException", g, "GetDetector", DetectorId=d)


def s3(j):
    s, b = "s3", "judge-config"
    block = {k: True for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}
    j.refuse("404", s, "HeadBucket", Bucket=b)
    j.call(s, "CreateBucket", Bucket=b)
    j.call(s, "HeadBucket", Bucket=b)
    j.call(s, "GetBucketLocation", Bucket=b)
    j.call(s, "ListBuckets")
    j.refuse("NoSuchBucketPolicy", s, "GetBucketPolicy", Bucket=b)
    j.refuse("NoSuchBucket", s, "GetBucketPolicy", Bucket="judge-nothing")
    public = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*" % b}]}
    j.refuse("AccessDenied", s, "PutBucketPolicy", Bucket=b, Policy=json.dumps(public))
    j.call(s, "DeletePublicAccessBlock", Bucket=b)
    j.refuse("NoSuchPublicAccessBlockConfiguration", s, "GetPublicAccessBlock", Bucket=b)
    j.call(s, "PutBucketPolicy", Bucket=b, Policy=json.dumps(public))
    j.call(s, "GetBucketPolicy", Bucket=b)
    j.call(s, "PutPublicAccessBlock", Bucket=b, PublicAccessBlockConfiguration=block)
    j.call(s, "GetPublicAccessBlock", Bucket=b)
    j.refuse("NoSuchTagSet", s, "GetBucketTagging", Bucket=b)
    j.call(s, "PutBucketTagging", Bucket=b, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    j.call(s, "GetBucketTagging", Bucket=b)
    j.call(s, "DeleteBucketPolicy", Bucket=b)
    j.call(s, "CreateBucket", Bucket="judge-short")
    j.call(s, "DeleteBucket", Bucket="judge-short")
    c, a = "s3control", j.env["account"]
    j.refuse("NoSuchPublicAccessBlockConfiguration", c, "GetPublicAccessBlock", AccountId=a)
    j.call(c, "PutPublicAccessBlock", AccountId=a, PublicAccessBlockConfiguration=block)
    got = j.call(c, "GetPublicAccessBlock", AccountId=a)["PublicAccessBlockConfiguration"]
    if got != block:
        j.fail("s3control PutPublicAccessBlock", "got %s" % got)
    j.call(c, "DeletePublicAccessBlock", AccountId=a)


def config(j):
    c = "config"
    role = "arn:aws:iam::%s:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig" % j.env["account"]
    j.call(c, "DescribeConfigurationRecorders")
    j.refuse("NoAvailableConfigurationRecorderException", c, "PutDeliveryChannel", DeliveryChannel={"name": "default", "s3BucketName": "judge-config"})
    j.refuse("InvalidRoleException", c, "PutConfigurationRecorder", ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::%s:role/none" % j.env["account"]})
    j.call(c, "PutConfigurationRecorder", ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}})
    j.refuse("MaxNumberOfConfigurationRecordersExceededException", c, "PutConfigurationRecorder", ConfigurationRecorder={"name": "other", "roleARN": role})
    j.refuse("NoAvailableDeliveryChannelException", c, "StartConfigurationRecorder", ConfigurationRecorderName="default")
    j.refuse("NoSuchBucketException", c, "PutDeliveryChannel", DeliveryChannel={"name": "default", "s3BucketName": "judge-nothing"})
    j.refuse("InsufficientDeliveryPolicyException", c, "PutDeliveryChannel", DeliveryChannel={"name": "default", "s3BucketName": "judge-config"})
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": ["s3:GetBucketAcl", "s3:PutObject"], "Resource": "*"}]}
    j.call("s3", "PutBucketPolicy", Bucket="judge-config", Policy=json.dumps(policy))
    j.call(c, "PutDeliveryChannel", DeliveryChannel={"name": "default", "s3BucketName": "judge-config"})
    j.call(c, "DescribeDeliveryChannels")
    j.call(c, "StartConfigurationRecorder", ConfigurationRecorderName="default")
    status = lambda: j.call(c, "DescribeConfigurationRecorderStatus", ConfigurationRecorderNames=["default"])["ConfigurationRecordersStatus"][0]
    j.until("the recorder succeeds", lambda: status().get("lastStatus") == "SUCCESS")
    j.call(c, "DescribeConfigurationRecorders", ConfigurationRecorderNames=["default"])
    j.refuse("NoSuchConfigurationRecorderException", c, "DescribeConfigurationRecorders", ConfigurationRecorderNames=["none"])
    j.refuse("LastDeliveryChannelDeleteFailedException", c, "DeleteDeliveryChannel", DeliveryChannelName="default")


def securityhub(j):
    s = "securityhub"
    j.refuse("InvalidAccessException", s, "DescribeHub")
    j.call(s, "EnableSecurityHub", EnableDefaultStandards=True, Tags={"a": "b"})
    j.refuse("ResourceConflictException", s, "EnableSecurityHub")
    hub = j.call(s, "DescribeHub")["HubArn"]
    if len(j.call(s, "GetEnabledStandards")["StandardsSubscriptions"]) != 2:
        j.fail("securityhub EnableSecurityHub", "the default standards are two")
    cis = [x["StandardsArn"] for x in j.call(s, "DescribeStandards")["Standards"] if x["StandardsArn"].endswith("cis-aws-foundations-benchmark/v/5.0.0")][0]
    sub = j.call(s, "BatchEnableStandards", StandardsSubscriptionRequests=[{"StandardsArn": cis}])["StandardsSubscriptions"][0]
    if sub["StandardsStatus"] != "PENDING":
        j.fail("securityhub BatchEnableStandards", "it is %s at once" % sub["StandardsStatus"])
    get = lambda: j.call(s, "GetEnabledStandards", StandardsSubscriptionArns=[sub["StandardsSubscriptionArn"]])["StandardsSubscriptions"][0]
    j.until("the benchmark is ready", lambda: get()["StandardsStatus"] == "READY")
    j.call("config", "StopConfigurationRecorder", ConfigurationRecorderName="default")
    if get()["StandardsStatus"] != "INCOMPLETE":
        j.fail("securityhub GetEnabledStandards", "without a recorder it is %s" % get()["StandardsStatus"])
    j.refuse("InvalidInputException", s, "BatchEnableStandards", StandardsSubscriptionRequests=[{"StandardsArn": "arn:aws:securityhub:::none"}])
    j.call(s, "UpdateSecurityHubConfiguration", AutoEnableControls=False)
    j.call(s, "TagResource", ResourceArn=hub, Tags={"c": "d"})
    j.call(s, "ListTagsForResource", ResourceArn=hub)
    j.call(s, "BatchDisableStandards", StandardsSubscriptionArns=[sub["StandardsSubscriptionArn"]])
    j.call(s, "DisableSecurityHub")
    j.call("config", "DeleteDeliveryChannel", DeliveryChannelName="default")
    j.call("config", "DeleteConfigurationRecorder", ConfigurationRecorderName="default")


def network(j):
    e = "ec2"
    tags = lambda kind: [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": "judge"}]}]
    v = j.call(e, "CreateVpc", CidrBlock="10.0.0.0/20", TagSpecifications=tags("vpc"))["Vpc"]["VpcId"]
    j.vpc = v
    j.refuse("InvalidVpc.Range", e, "CreateVpc", CidrBlock="10.0.0.0/8")
    j.call(e, "DescribeVpcs", VpcIds=[v])
    j.refuse("InvalidVpcID.NotFound", e, "DescribeVpcs", VpcIds=["vpc-00000000000000000"])
    j.call(e, "DescribeVpcs", Filters=[{"Name": "tag:Name", "Values": ["jud*"]}])
    j.refuse("InvalidParameterValue", e, "DescribeVpcs", Filters=[{"Name": "no-such-filter", "Values": ["x"]}])
    for a in ("enableDnsSupport", "enableDnsHostnames"):
        j.call(e, "DescribeVpcAttribute", VpcId=v, Attribute=a)
    j.call(e, "ModifyVpcAttribute", VpcId=v, EnableDnsSupport={"Value": True})
    j.call(e, "DescribeAvailabilityZones")
    a = j.call(e, "CreateSubnet", VpcId=v, CidrBlock="10.0.0.0/22", AvailabilityZone=j.env["region"] + "a", TagSpecifications=tags("subnet"))["Subnet"]["SubnetId"]
    j.subnet = a
    j.refuse("InvalidSubnet.Conflict", e, "CreateSubnet", VpcId=v, CidrBlock="10.0.2.0/24")
    j.refuse("InvalidSubnet.Range", e, "CreateSubnet", VpcId=v, CidrBlock="10.9.0.0/24")
    j.call(e, "ModifySubnetAttribute", SubnetId=a, MapPublicIpOnLaunch={"Value": False})
    j.call(e, "DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [v]}])
    t = j.call(e, "CreateRouteTable", VpcId=v, TagSpecifications=tags("route-table"))["RouteTable"]["RouteTableId"]
    j.table = t
    x = j.call(e, "AssociateRouteTable", RouteTableId=t, SubnetId=a)["AssociationId"]
    j.call(e, "DisassociateRouteTable", AssociationId=x)
    j.call(e, "AssociateRouteTable", RouteTableId=t, SubnetId=a)
    j.refuse("DependencyViolation", e, "DeleteRouteTable", RouteTableId=t)
    j.call(e, "DescribeRouteTables", Filters=[{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [v]}])
    groups = j.call(e, "DescribeSecurityGroups", Filters=[{"Name": "vpc-id", "Values": [v]}])["SecurityGroups"]
    g = groups[0]
    if len(groups) != 1 or g["GroupName"] != "default" or len(g["IpPermissions"]) != 1 or len(g["IpPermissionsEgress"]) != 1:
        j.fail("ec2 CreateVpc", "the default group is %s" % groups)
    j.call(e, "DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [g["GroupId"]]}])
    j.call(e, "RevokeSecurityGroupIngress", GroupId=g["GroupId"], IpPermissions=g["IpPermissions"])
    j.refuse("InvalidPermission.NotFound", e, "RevokeSecurityGroupIngress", GroupId=g["GroupId"], IpPermissions=g["IpPermissions"])
    j.call(e, "RevokeSecurityGroupEgress", GroupId=g["GroupId"], IpPermissions=g["IpPermissionsEgress"])
    own = j.call(e, "CreateSecurityGroup", GroupName="judge", Description="d", VpcId=v)["GroupId"]
    tls = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/20", "Description": "inside"}]}]
    j.call(e, "AuthorizeSecurityGroupIngress", GroupId=own, IpPermissions=tls)
    j.refuse("InvalidPermission.Duplicate", e, "AuthorizeSecurityGroupIngress", GroupId=own, IpPermissions=tls)
    j.call(e, "AuthorizeSecurityGroupEgress", GroupId=own, IpPermissions=tls)
    j.refuse("InvalidGroup.Duplicate", e, "CreateSecurityGroup", GroupName="judge", Description="d", VpcId=v)
    j.call(e, "CreateTags", Resources=[v, a], Tags=[{"Key": "k", "Value": "v"}])
    j.call(e, "DescribeTags", Filters=[{"Name": "resource-id", "Values": [v]}])
    j.call(e, "DeleteTags", Resources=[v], Tags=[{"Key": "k"}])
    j.call(e, "DeleteSecurityGroup", GroupId=own)
    j.refuse("DependencyViolation", e, "DeleteVpc", VpcId=v)
    j.call(e, "GetEbsEncryptionByDefault")
    j.call(e, "EnableEbsEncryptionByDefault")
    j.call(e, "DisableEbsEncryptionByDefault")


def endpoints(j):
    e, name = "ec2", lambda s: "com.amazonaws.%s.%s" % (j.env["region"], s)
    gateway = dict(VpcId=j.vpc, ServiceName=name("s3"), VpcEndpointType="Gateway", RouteTableIds=[j.table], ClientToken="gateway")
    g = j.call(e, "CreateVpcEndpoint", **gateway)["VpcEndpoint"]["VpcEndpointId"]
    if j.call(e, "CreateVpcEndpoint", **gateway)["VpcEndpoint"]["VpcEndpointId"] != g:
        j.fail("ec2 CreateVpcEndpoint", "the same token makes another")
    inside = dict(VpcId=j.vpc, ServiceName=name("sts"), VpcEndpointType="Interface", SubnetIds=[j.subnet], PrivateDnsEnabled=True, ClientToken="inside")
    j.refuse("InvalidParameter", e, "CreateVpcEndpoint", **inside)
    j.call(e, "ModifyVpcAttribute", VpcId=j.vpc, EnableDnsHostnames={"Value": True})
    made = j.call(e, "CreateVpcEndpoint", **inside)["VpcEndpoint"]
    if made["State"] != "pending":
        j.fail("ec2 CreateVpcEndpoint", "an interface is %s at once" % made["State"])
    get = lambda: j.call(e, "DescribeVpcEndpoints", VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"][0]["State"]
    j.until("the endpoint is available", lambda: get() == "available")
    j.refuse("InvalidServiceName", e, "CreateVpcEndpoint", VpcId=j.vpc, ServiceName=name("nothing"), VpcEndpointType="Interface")
    j.call(e, "ModifyVpcEndpoint", VpcEndpointId=made["VpcEndpointId"], PrivateDnsEnabled=False)
    j.call(e, "DescribeRouteTables")
    gone = j.call(e, "DeleteVpcEndpoints", VpcEndpointIds=[g, made["VpcEndpointId"], "vpce-00000000000000000"])
    if len(gone["Unsuccessful"]) != 1:
        j.fail("ec2 DeleteVpcEndpoints", "%s" % gone)


def flow_logs(j):
    e = "ec2"
    want = dict(ResourceIds=[j.vpc, "vpc-00000000000000000"], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
                LogGroupName="/judge/flow", DeliverLogsPermissionArn="arn:aws:iam::%s:role/flow" % j.env["account"])
    made = j.call(e, "CreateFlowLogs", ClientToken="a", **want)
    if len(made["FlowLogIds"]) != 1 or made["Unsuccessful"][0]["Error"]["Code"] != "InvalidVpcId.NotFound":
        j.fail("ec2 CreateFlowLogs", "a part that fails: %s" % made)
    again = j.call(e, "CreateFlowLogs", ClientToken="b", **want)
    if again["FlowLogIds"] or again["Unsuccessful"][0]["Error"]["Code"] != "FlowLogAlreadyExists":
        j.fail("ec2 CreateFlowLogs", "twice: %s" % again)
    got = j.call(e, "DescribeFlowLogs", Filters=[{"Name": "resource-id", "Values": [j.vpc]}])["FlowLogs"][0]
    if got["DeliverLogsStatus"] != "SUCCESS":
        j.fail("ec2 DescribeFlowLogs", "%s" % got)
    j.call(e, "DeleteFlowLogs", FlowLogIds=made["FlowLogIds"])
    j.call(e, "DeleteSubnet", SubnetId=j.subnet)
    j.call(e, "DeleteRouteTable", RouteTableId=j.table)
    j.call(e, "DeleteVpc", VpcId=j.vpc)


def waf(j):
    w = "wafv2"
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "judge"}
    rule = {"Name": "common", "Priority": 0, "OverrideAction": {"None": {}}, "VisibilityConfig": seen,
            "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}}
    acl = dict(Name="judge", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[rule])
    j.call(w, "ListAvailableManagedRuleGroups", Scope="REGIONAL")
    made = j.call(w, "CreateWebACL", Tags=[{"Key": "a", "Value": "b"}], **acl)["Summary"]
    j.refuse("WAFDuplicateItemException", w, "CreateWebACL", **acl)
    j.call(w, "ListWebACLs", Scope="REGIONAL")
    got = j.call(w, "GetWebACL", Scope="REGIONAL", Id=made["Id"], Name="judge")
    j.refuse("WAFOptimisticLockException", w, "UpdateWebACL", Id=made["Id"], LockToken="stale", **acl)
    lock = j.call(w, "UpdateWebACL", Id=made["Id"], LockToken=got["LockToken"], **acl)["NextLockToken"]
    j.refuse("WAFNonexistentItemException", w, "GetWebACL", Scope="REGIONAL", Id="none", Name="none")
    j.call(w, "TagResource", ResourceARN=made["ARN"], Tags=[{"Key": "c", "Value": "d"}])
    j.call(w, "UntagResource", ResourceARN=made["ARN"], TagKeys=["a"])
    j.call(w, "ListTagsForResource", ResourceARN=made["ARN"])
    j.refuse("WAFInvalidParameterException", w, "CreateWebACL", **dict(acl, Name="two", Rules=[dict(rule, Action={"Block": {}})]))
    j.call(w, "DeleteWebACL", Scope="REGIONAL", Id=made["Id"], Name="judge", LockToken=lock)


def logs(j):
    l, g = "logs", "/judge/flow-logs"
    j.call(l, "CreateLogGroup", logGroupName=g, tags={"a": "b"})
    j.refuse("ResourceAlreadyExistsException", l, "CreateLogGroup", logGroupName=g)
    j.call(l, "CreateLogStream", logGroupName=g, logStreamName="eni-1")
    j.refuse("ResourceAlreadyExistsException", l, "CreateLogStream", logGroupName=g, logStreamName="eni-1")
    j.call(l, "DescribeLogStreams", logGroupName=g, limit=1)
    j.call(l, "PutRetentionPolicy", logGroupName=g, retentionInDays=365)
    j.refuse("InvalidParameterException", l, "PutRetentionPolicy", logGroupName=g, retentionInDays=11)
    j.refuse("ResourceNotFoundException", l, "PutRetentionPolicy", logGroupName="none", retentionInDays=1)
    arn = j.call(l, "DescribeLogGroups", logGroupNamePrefix="/judge")["logGroups"][0]["logGroupArn"]
    j.call(l, "TagResource", resourceArn=arn, tags={"c": "d"})
    j.call(l, "UntagResource", resourceArn=arn, tagKeys=["a"])
    j.call(l, "ListTagsForResource", resourceArn=arn)
    j.call(l, "DeleteRetentionPolicy", logGroupName=g)
    j.call(l, "DeleteLogGroup", logGroupName=g)


def route53(j):
    r = "route53"
    made = j.call(r, "CreateHostedZone", Name="judge.example", CallerReference="one")
    z = made["HostedZone"]["Id"].rsplit("/", 1)[1]
    j.refuse("HostedZoneAlreadyExists", r, "CreateHostedZone", Name="judge.example", CallerReference="one")
    other = j.call(r, "CreateHostedZone", Name="judge.example", CallerReference="two")["HostedZone"]["Id"]
    zones = j.call(r, "ListHostedZonesByName", DNSName="judge.example")["HostedZones"]
    if len(zones) != 2:
        j.fail("route53 CreateHostedZone", "the same name twice makes %d zones" % len(zones))
    j.call(r, "ListHostedZonesByName", DNSName="judge.example", MaxItems="1")
    j.call(r, "ListHostedZones", MaxItems="1")
    j.until("the change is in sync", lambda: j.call(r, "GetChange", Id=made["ChangeInfo"]["Id"])["ChangeInfo"]["Status"] == "INSYNC")
    j.call(r, "ChangeTagsForResource", ResourceType="hostedzone", ResourceId=z, AddTags=[{"Key": "a", "Value": "b"}])
    j.call(r, "ListTagsForResource", ResourceType="hostedzone", ResourceId=z)
    record = {"Name": "www.judge.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    change = lambda action: dict(HostedZoneId=z, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]})
    j.call(r, "ChangeResourceRecordSets", **change("UPSERT"))
    j.refuse("InvalidChangeBatch", r, "ChangeResourceRecordSets", **change("CREATE"))
    j.call(r, "ListResourceRecordSets", HostedZoneId=z)
    j.refuse("HostedZoneNotEmpty", r, "DeleteHostedZone", Id=z)
    j.call(r, "ChangeResourceRecordSets", **change("DELETE"))
    for x in (z, other):
        j.call(r, "DeleteHostedZone", Id=x)
    j.refuse("NoSuchHostedZone", r, "GetHostedZone", Id=z)
    j.refuse("HostedZoneAlreadyExists", r, "CreateHostedZone", Name="judge.example", CallerReference="one")
    j.call(r, "GetHostedZone", Id=j.call(r, "CreateHostedZone", Name="three.example", CallerReference="three")["HostedZone"]["Id"])


def dynamodb(j):
    d, t = "dynamodb", "itinfra-connections"
    keys = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
    types = [{"AttributeName": a, "AttributeType": "S"} for a in ("PK", "SK")]
    j.refuse("ResourceNotFoundException", d, "DescribeTable", TableName=t)
    j.refuse("TableNotFoundException", d, "DescribeContinuousBackups", TableName=t)
    made = j.call(d, "CreateTable", TableName=t, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST",
                  SSESpecification={"Enabled": True}, DeletionProtectionEnabled=True)["TableDescription"]
    if made["TableStatus"] != "CREATING":
        j.fail("dynamodb CreateTable", "it is %s at once" % made["TableStatus"])
    j.refuse("ResourceInUseException", d, "CreateTable", TableName=t, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    j.until("the table is active", lambda: j.call(d, "DescribeTable", TableName=t)["Table"]["TableStatus"] == "ACTIVE")
    j.call(d, "ListTables")
    j.call(d, "UpdateContinuousBackups", TableName=t, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    j.call(d, "DescribeContinuousBackups", TableName=t)
    j.call(d, "TagResource", ResourceArn=made["TableArn"], Tags=[{"Key": "a", "Value": "b"}])
    j.call(d, "ListTagsOfResource", ResourceArn=made["TableArn"])
    j.call(d, "UntagResource", ResourceArn=made["TableArn"], TagKeys=["a"])
    row = lambda sk, v: {"PK": {"S": "PROJECT#p"}, "SK": {"S": sk}, "version": {"N": str(v)}, "note": {"S": "x"}}
    key = lambda sk: {k: v for k, v in row(sk, 0).items() if k in ("PK", "SK")}
    for n in range(3):
        j.call(d, "PutItem", TableName=t, Item=row("CLOUD#%d" % n, 1), ConditionExpression="attribute_not_exists(PK)")
    j.refuse("ConditionalCheckFailedException", d, "PutItem", TableName=t, Item=row("CLOUD#0", 2), ConditionExpression="attribute_not_exists(#p) OR version = :v",
             ExpressionAttributeNames={"#p": "PK"}, ExpressionAttributeValues={":v": {"N": "9"}}, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    j.refuse("ValidationException", d, "PutItem", TableName=t, Item={"PK": {"S": "x"}})
    j.refuse("ValidationException", d, "PutItem", TableName=t, Item=row("x", 1), ConditionExpression="attribute_not_exists(status)")
    j.call(d, "GetItem", TableName=t, Key=key("CLOUD#0"), ConsistentRead=True)
    j.call(d, "UpdateItem", TableName=t, Key=key("CLOUD#0"), UpdateExpression="SET version = version + :one, note = :n REMOVE gone",
           ConditionExpression="version = :v AND attribute_exists(PK)", ReturnValues="ALL_NEW",
           ExpressionAttributeValues={":one": {"N": "1"}, ":v": {"N": "1"}, ":n": {"S": "y"}})
    begins = dict(TableName=t, KeyConditionExpression="PK = :p AND begins_with(SK, :s)", ExpressionAttributeValues={":p": {"S": "PROJECT#p"}, ":s": {"S": "CLOUD#"}})
    first = j.call(d, "Query", Limit=2, **begins)
    rest = j.call(d, "Query", ExclusiveStartKey=first["LastEvaluatedKey"], **begins)
    if first["Count"] + rest["Count"] != 3:
        j.fail("dynamodb Query", "pages of %d and %d" % (first["Count"], rest["Count"]))
    j.refuse("ValidationException", d, "Query", TableName=t, KeyConditionExpression="SK = :s", ExpressionAttributeValues={":s": {"S": "x"}})
    page = j.call(d, "Scan", TableName=t, Limit=1)
    j.call(d, "Scan", TableName=t, ExclusiveStartKey=page["LastEvaluatedKey"], FilterExpression="version > :v", ExpressionAttributeValues={":v": {"N": "0"}})
    put = lambda sk: {"Put": {"TableName": t, "Item": row(sk, 1), "ConditionExpression": "attribute_not_exists(PK)"}}
    j.refuse("TransactionCanceledException", d, "TransactWriteItems", TransactItems=[put("CLOUD#7"), put("CLOUD#0")])
    if "Item" in j.call(d, "GetItem", TableName=t, Key=key("CLOUD#7")):
        j.fail("dynamodb TransactWriteItems", "a cancelled transaction wrote")
    j.call(d, "TransactWriteItems", ClientRequestToken="t", TransactItems=[put("CLOUD#7"), {"Delete": {"TableName": t, "Key": key("CLOUD#1")}}])
    j.call(d, "TransactWriteItems", ClientRequestToken="t", TransactItems=[put("CLOUD#7"), {"Delete": {"TableName": t, "Key": key("CLOUD#1")}}])
    j.refuse("IdempotentParameterMismatchException", d, "TransactWriteItems", ClientRequestToken="t", TransactItems=[put("CLOUD#8")])
    j.call(d, "DeleteItem", TableName=t, Key=key("CLOUD#7"), ReturnValues="ALL_OLD")
    j.refuse("ValidationException", d, "DeleteTable", TableName=t)
    j.call(d, "UpdateTable", TableName=t, DeletionProtectionEnabled=False)
    j.call(d, "DeleteTable", TableName=t)


def unknown(j):
    """What the simulator does not have is refused in the service's own words, and never answered with success."""
    for service, operation, code, params in (
            ("organizations", "ListHandshakesForOrganization", "UnknownOperationException", {}),
            ("iam", "GetCredentialReport", "InvalidAction", {}),
            ("sts", "GetFederationToken", "InvalidAction", {"Name": "someone"}),
            ("ec2", "DescribeInstances", "InvalidAction", {}),
            ("config", "DescribeConfigRules", "UnknownOperationException", {}),
            ("dynamodb", "DescribeLimits", "UnknownOperationException", {}),
            ("logs", "DescribeMetricFilters", "UnknownOperationException", {}),
            ("wafv2", "ListIPSets", "UnknownOperationException", {"Scope": "REGIONAL"}),
            ("guardduty", "ListInvitations", "UnknownOperationException", {}),
            ("securityhub", "GetFindings", "UnknownOperationException", {}),
            ("s3", "GetBucketVersioning", "NotImplemented", {"Bucket": "judge-config"}),
            ("s3", "ListObjectsV2", "NotImplemented", {"Bucket": "judge-config"}),
            ("s3control", "ListJobs", "UnknownOperationException", {"AccountId": j.env["account"]}),
            ("route53", "ListHealthChecks", "UnknownOperationException", {}),
            ("kms", "ListKeys", "UnknownOperationException", {}),
            ("cloudtrail", "DescribeTrails", "UnknownOperationException", {}),
            ("sns", "ListTopics", "InvalidAction", {}),
    ):
        j.refuse(code, service, operation, **params)
    # A parameter that the simulator does not weigh is refused too: what is overlooked would be a success that means nothing.
    j.refuse("UnknownParameter", "ec2", "CreateVpc", CidrBlock="10.1.0.0/16", Ipv4IpamPoolId="pool")
    j.refuse("ValidationException", "dynamodb", "UpdateTable", TableName="t", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
