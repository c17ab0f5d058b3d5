package aws

import "github.com/itbytes/landfall/simulator/aws/wire"

// accountsQuota is the code of Service Quotas for the accounts of an organisation. AWS raises it to 50,000 at the most.
const (
	accountsQuota  = "L-29A0C5DF"
	accountsAtMost = 50000
)

func quotasService() *service {
	return &service{
		name:    "servicequotas",
		dialect: wire.Dialect{Protocol: wire.JSON, Version: "1.1", Text: "Message"},
		operations: map[string]operation{
			"GetServiceQuota": reads(getServiceQuota),
		},
	}
}

func getServiceQuota(q *request) (wire.Map, error) {
	var in struct{ ServiceCode, QuotaCode, ContextId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.ServiceCode != "organizations" || in.QuotaCode != accountsQuota || q.region != homeRegion {
		return nil, bad("NoSuchResourceException", "The request failed because the specified service or quota does not exist in %s.", q.region)
	}
	allowed := q.limit
	if allowed == 0 {
		allowed = accountsAtMost
	}
	return wire.Map{"Quota": wire.Map{
		"ServiceCode": in.ServiceCode, "ServiceName": "AWS Organizations", "QuotaCode": in.QuotaCode,
		"QuotaArn":  arn("servicequotas", q.region, q.account.id, in.ServiceCode+"/"+in.QuotaCode),
		"QuotaName": "Default maximum number of accounts", "Value": float64(allowed), "Unit": "None", "Adjustable": true, "GlobalQuota": true,
		"QuotaAppliedAtLevel": "ACCOUNT", "Description": "The default maximum number of accounts in an organization.",
	}}, nil
}
