package onepassword

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/itbytes/landfall/simulator/kernel"
)

// route is one operation of the OpenAPI document.
type route struct {
	pattern   string
	operation string // its operationId
	write     bool
	open      bool // it asks for no token
	do        func(r *http.Request, body []byte) reply
}

// routes is the whole of the server, in the order of the document.
func (v *Vault) routes() []route {
	const item = "/v1/vaults/{vaultUuid}/items/{itemUuid}"
	return []route{
		{pattern: "GET /v1/vaults", operation: "GetVaults", do: v.getVaults},
		{pattern: "GET /v1/vaults/{vaultUuid}", operation: "GetVaultById", do: v.getVault},
		{pattern: "GET /v1/vaults/{vaultUuid}/items", operation: "GetVaultItems", do: v.getItems},
		{pattern: "POST /v1/vaults/{vaultUuid}/items", operation: "CreateVaultItem", write: true, do: v.createItem},
		{pattern: "GET " + item, operation: "GetVaultItemById", do: v.getItem},
		{pattern: "PUT " + item, operation: "UpdateVaultItem", write: true, do: v.updateItem},
		{pattern: "DELETE " + item, operation: "DeleteVaultItem", write: true, do: v.deleteItem},
		{pattern: "PATCH " + item, operation: "PatchVaultItem", write: true, do: v.patchItem},
		{pattern: "GET " + item + "/files", operation: "GetItemFiles", do: v.getFiles},
		{pattern: "GET " + item + "/files/{fileUuid}", operation: "GetDetailsOfFileById", do: v.getFile},
		{pattern: "GET " + item + "/files/{fileUuid}/content", operation: "DownloadFileByID", do: v.getFile},
		{pattern: "GET /heartbeat", operation: "GetHeartbeat", open: true, do: heartbeat},
		{pattern: "GET /health", operation: "GetServerHealth", open: true, do: health},
	}
}

// serve admits a request through the kernel and answers it.
func (v *Vault) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			failed(http.StatusRequestEntityTooLarge, "request body is too large").write(w)
			return
		}
		c := kernel.Call{
			Cloud: Cloud, Scope: v.scope(r.PathValue("vaultUuid")), Service: "connect",
			Operation: rt.operation, Write: rt.write, Login: v.login,
		}
		v.kernel.Serve(w, r, c, refuse, func(w http.ResponseWriter) {
			if !rt.open {
				if refused := v.admit(r); refused != nil {
					refused.write(w)
					return
				}
			}
			rt.do(r, body).write(w)
		})
	}
}

// refuse words a refusal as Connect does.
func refuse(w http.ResponseWriter, x kernel.Refusal) {
	switch x.Reason {
	case kernel.LoginExpired:
		failed(http.StatusUnauthorized, "Invalid bearer token").write(w)
	case kernel.LoginLocked:
		failed(http.StatusForbidden, "Token was revoked").write(w)
	default:
		if x.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(x.RetryAfter.Seconds()))))
		}
		status := x.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		message := x.Message
		if message == "" {
			message = http.StatusText(status)
		}
		failed(status, "%s", message).write(w)
	}
}

// reply is an answer before it is written.
type reply struct {
	status int
	body   any // nil: no content; a string: plain text; else JSON
}

func (p reply) write(w http.ResponseWriter) {
	w.Header().Set("1Password-Connect-Version", version)
	switch body := p.body.(type) {
	case nil:
		w.WriteHeader(p.status)
	case string:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, body) // the client has gone
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(p.status)
		_ = json.NewEncoder(w).Encode(body) // the client has gone
	}
}

func ok(body any) reply { return reply{http.StatusOK, body} }

// failed is Connect's ErrorResponse.
func failed(status int, format string, a ...any) reply {
	return reply{status, struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}{status, fmt.Sprintf(format, a...)}}
}

func unknown(r *http.Request, _ []byte) reply {
	return failed(http.StatusNotFound, "%s %s is not supported by this Connect server", r.Method, r.URL.Path)
}

func heartbeat(*http.Request, []byte) reply { return ok(".") }

func health(*http.Request, []byte) reply {
	type dependency struct {
		Service string `json:"service"`
		Status  string `json:"status"`
		Message string `json:"message,omitempty"`
	}
	return ok(map[string]any{
		"name": "1Password Connect API", "version": version,
		"dependencies": []dependency{{"sync", "ACTIVE", ""}, {"sqlite", "ACTIVE", "Connected to memory"}},
	})
}
