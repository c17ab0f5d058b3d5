package registry

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// The example is that of DSSE's protocol.md.
func TestWhatIsSignedIsThePreauthenticationEncodingOfDSSE(t *testing.T) {
	got := string(preauthentication("http://example.com/HelloWorld", []byte("hello world")))
	if want := "DSSEv1 29 http://example.com/HelloWorld 11 hello world"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyWhatTheKeySignedComesOutOfAnEnvelope(t *testing.T) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	half, _ := key.Public().(ed25519.PublicKey)
	b, err := seal([]byte(`{"rows":[]}`), key, "sha256:id")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unseal(b, half); err != nil || string(got) != `{"rows":[]}` {
		t.Errorf("got %q, %v; want what was signed", got, err)
	}
	change := func(do func(e *envelope)) []byte {
		var e envelope
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatal(err)
		}
		do(&e)
		out, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	other := ed25519.NewKeyFromSeed([]byte(strings.Repeat("o", ed25519.SeedSize)))
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"another byte": {change(func(e *envelope) { e.Payload[2] ^= 1 }), errSign},
		"a byte more":  {change(func(e *envelope) { e.Payload = append(e.Payload, ' ') }), errSign},
		"another type": {change(func(e *envelope) { e.PayloadType += "x" }), errForm},
		"no signature": {change(func(e *envelope) { e.Signatures = nil }), errForm},
		"an empty one": {change(func(e *envelope) { e.Signatures[0].Sig = nil }), errSign},
		"somebody else's": {change(func(e *envelope) {
			e.Signatures[0].Sig = ed25519.Sign(other, preauthentication(e.PayloadType, e.Payload))
		}), errSign},
		"the bytes' alone": {change(func(e *envelope) { e.Signatures[0].Sig = ed25519.Sign(key, e.Payload) }), errSign},
		"no envelope":      {[]byte(`{"rows":[]}`), errForm},
		"nothing":          {nil, errForm},
	} {
		if got, err := unseal(c.b, half); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: got %q, %v; want nothing and %v", name, got, err, c.want)
		}
	}
}

func TestASecondSignatureBesideOursDoesNoHarm(t *testing.T) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	half, _ := key.Public().(ed25519.PublicKey)
	b, err := seal([]byte(`{}`), key, "sha256:id")
	if err != nil {
		t.Fatal(err)
	}
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	e.Signatures = append([]signature{{KeyID: "sha256:other", Sig: []byte("x")}}, e.Signatures...)
	if b, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	if got, err := unseal(b, half); err != nil || string(got) != `{}` {
		t.Errorf("got %q, %v; want what was signed", got, err)
	}
}
