package aws

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// page cuts a list where the caller's token says and no longer than most, or usual where the caller does not say. It
// returns the token of the next page, and whether the token was one of ours.
func page[T any](items []T, token string, most, usual int) ([]T, string, bool) {
	from := 0
	if token != "" {
		b, err := base64.RawURLEncoding.DecodeString(token)
		n, found := strings.CutPrefix(string(b), "from:")
		if err != nil || !found {
			return nil, "", false
		}
		if from, err = strconv.Atoi(n); err != nil || from < 0 {
			return nil, "", false
		}
	}
	if most <= 0 || most > usual && usual > 0 {
		most = usual
	}
	from = min(from, len(items))
	to := len(items)
	if most > 0 {
		to = min(from+most, len(items))
	}
	if to == len(items) {
		return items[from:to], "", true
	}
	return items[from:to], base64.RawURLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(to))), true
}
