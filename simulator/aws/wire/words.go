package wire

import "net/http"

// Why a call is turned away at the door, whatever it asks.
const (
	Unsigned    = "unsigned"    // no signature
	Stranger    = "stranger"    // unknown access key or session token
	Forged      = "forged"      // the signature is not by the key's secret
	Expired     = "expired"     // the credential's time is over
	Denied      = "denied"      // no policy allows it
	NoOperation = "noOperation" // the service has no such operation
	Unknown     = "unknownMember"
)

// Word is the error with which a protocol says why a call is turned away.
func (p Protocol) Word(why, message string) *Error {
	w := words()[p][why]
	if w.message != "" && message == "" {
		message = w.message
	}
	return &Error{Status: w.status, Code: w.code, Message: message}
}

type word struct {
	status  int
	code    string
	message string
}

const (
	badToken  = "The security token included in the request is invalid."
	overToken = "The security token included in the request is expired"
	badSign   = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	noToken   = "Request is missing Authentication Token"
)

func words() map[Protocol]map[string]word {
	forbidden, bad := http.StatusForbidden, http.StatusBadRequest
	xml := map[string]word{
		Unsigned: {forbidden, "MissingAuthenticationToken", noToken}, Stranger: {forbidden, "InvalidClientTokenId", badToken},
		Forged: {forbidden, "SignatureDoesNotMatch", badSign}, Expired: {forbidden, "ExpiredToken", overToken},
		Denied: {forbidden, "AccessDenied", ""}, NoOperation: {bad, "InvalidAction", ""}, Unknown: {bad, "ValidationError", ""},
	}
	json := func(status int) map[string]word {
		return map[string]word{
			Unsigned: {status, "MissingAuthenticationTokenException", noToken}, Stranger: {status, "UnrecognizedClientException", badToken},
			Forged: {status, "InvalidSignatureException", badSign}, Expired: {status, "ExpiredTokenException", overToken},
			Denied: {status, "AccessDeniedException", ""}, NoOperation: {bad, "UnknownOperationException", ""}, Unknown: {bad, "ValidationException", ""},
		}
	}
	rest := json(forbidden)
	rest[NoOperation] = word{http.StatusNotFound, "UnknownOperationException", ""}
	restXML := map[string]word{}
	for why, w := range xml {
		restXML[why] = w
	}
	restXML[NoOperation] = word{http.StatusNotFound, "UnknownOperationException", ""}
	return map[Protocol]map[string]word{
		JSON: json(bad), RESTJSON: rest, Query: xml, RESTXML: restXML,
		EC2: {
			Unsigned: {forbidden, "MissingAuthenticationToken", noToken},
			Stranger: {http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials"},
			Forged:   {forbidden, "SignatureDoesNotMatch", badSign}, Expired: {bad, "RequestExpired", "Request has expired."},
			Denied:      {forbidden, "UnauthorizedOperation", ""},
			NoOperation: {bad, "InvalidAction", ""}, Unknown: {bad, "UnknownParameter", ""},
		},
		S3: {
			Unsigned: {forbidden, "AccessDenied", "Access Denied"},
			Stranger: {forbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
			Forged:   {forbidden, "SignatureDoesNotMatch", badSign}, Expired: {bad, "ExpiredToken", "The provided token has expired."},
			Denied: {forbidden, "AccessDenied", ""}, Unknown: {bad, "InvalidRequest", ""},
			NoOperation: {http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented"},
		},
	}
}
