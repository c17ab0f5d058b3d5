package registry

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strconv"
)

// An export is a DSSE envelope (github.com/secure-systems-lab/dsse, protocol.md and envelope.md, v1.0): one object that
// holds what is signed and the signature, over the bytes as they are and over their type.

// PayloadType says what is signed.
const PayloadType = "application/vnd.landfall.registry.v1+json"

// envelope is the JSON of an envelope; bytes are in base64.
type envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	KeyID string `json:"keyid"` // a hint, and not signed
	Sig   []byte `json:"sig"`
}

// preauthentication is what a signature is made over (PAE of protocol.md): it tells types and lengths apart, so that no two
// envelopes of different content have the same.
func preauthentication(payloadType string, payload []byte) []byte {
	var b bytes.Buffer
	b.WriteString("DSSEv1 ")
	b.WriteString(strconv.Itoa(len(payloadType)) + " " + payloadType + " ")
	b.WriteString(strconv.Itoa(len(payload)) + " ")
	b.Write(payload)
	return b.Bytes()
}

// seal signs a payload. Ed25519 signs without chance (RFC 8032): the same payload and key give the same envelope.
func seal(payload []byte, key ed25519.PrivateKey, id string) ([]byte, error) {
	sig := ed25519.Sign(key, preauthentication(PayloadType, payload))
	return json.Marshal(envelope{PayloadType: PayloadType, Payload: payload, Signatures: []signature{{KeyID: id, Sig: sig}}})
}

// Why an envelope is not believed.
var (
	errForm = errors.New("it is not a signed export of a registry")
	errSign = errors.New("its signature does not fit: it was changed after it was signed, or another key signed it")
)

// unseal gives back what a key has signed, and nothing of what it has not.
func unseal(b []byte, key ed25519.PublicKey) ([]byte, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil || e.PayloadType != PayloadType || len(e.Signatures) == 0 {
		return nil, errForm
	}
	for _, s := range e.Signatures {
		if ed25519.Verify(key, preauthentication(e.PayloadType, e.Payload), s.Sig) {
			return e.Payload, nil
		}
	}
	return nil, errSign
}
