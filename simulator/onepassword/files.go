package onepassword

import "net/http"

// getFiles answers that an item has no file: Connect has no call that would put one there.
func (v *Vault) getFiles(r *http.Request, _ []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, it, refused := v.find(r); it == nil {
		return refused
	}
	return ok([]struct{}{})
}

func (v *Vault) getFile(r *http.Request, _ []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, it, refused := v.find(r); it == nil {
		return refused
	}
	return failed(http.StatusNotFound, "file %s not found", r.PathValue("fileUuid"))
}
