package plan

// Objective is what controls in several clouds have in common.
type Objective struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Objectives are those of the foundation catalogue, in their order.
func Objectives() []Objective {
	return []Objective{
		{"O01", "Threat detection"},
		{"O02", "Posture and configuration recording"},
		{"O03", "Network isolation"},
		{"O04", "Web application firewall"},
		{"O05", "Second factor for people (MFA)"},
		{"O06", "Flow logs"},
		{"O07", "Encryption at rest"},
		{"O08", "Tamper-evident audit log"},
		{"O09", "No public access by accident"},
		{"O10", "Credential hygiene"},
		{"O11", "Budget alerts"},
		{"O12", "Security contact"},
		{"O13", "Key rotation"},
		{"O14", "DNS query logging"},
		{"O15", "Encryption in transit"},
	}
}
