package aws

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// token is a session of single sign-on as the AWS command line keeps it in its cache, and as the SDK reads and renews it.
type token struct {
	StartURL              string `json:"startUrl"`
	Region                string `json:"region"`
	AccessToken           string `json:"accessToken"`
	ExpiresAt             string `json:"expiresAt"`
	ClientID              string `json:"clientId,omitempty"`
	ClientSecret          string `json:"clientSecret,omitempty"`
	RegistrationExpiresAt string `json:"registrationExpiresAt,omitempty"`
	RefreshToken          string `json:"refreshToken,omitempty"`
}

// tokenFile is where signing in left the token: our own directory of sessions, else the AWS command line's cache.
func (c *Cloud) tokenFile(l plan.Login) (string, error) {
	if c.options.Sessions != "" {
		own := c.ownFile(l)
		if _, err := os.Stat(own); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return own, err
		}
	}
	return ssocreds.StandardCachedTokenFilepath(l.StartURL)
}

// ownFile is where SignIn leaves the token of a login.
func (c *Cloud) ownFile(l plan.Login) string {
	return filepath.Join(c.options.Sessions, filepath.Base(l.Name)+".json")
}

// ends is when the session of a login ends, where that is known beforehand: one that the SDK can renew ends when IAM Identity
// Center says so.
func (c *Cloud) ends(l plan.Login) (until time.Time, known bool) {
	if l.Type != "aws-sso" {
		return time.Time{}, false
	}
	path, err := c.tokenFile(l)
	if err != nil {
		return time.Time{}, false
	}
	b, err := os.ReadFile(path)
	var kept token
	if err != nil || json.Unmarshal(b, &kept) != nil || kept.RefreshToken != "" && kept.ClientID != "" && kept.ClientSecret != "" {
		return time.Time{}, false
	}
	until, err = time.Parse(time.RFC3339, kept.ExpiresAt)
	return until, err == nil
}

// keepToken leaves a new session where the steps look for it: whole or not at all, and for the worker's user alone.
func (c *Cloud) keepToken(l plan.Login, us *ssooidc.RegisterClientOutput, given *ssooidc.CreateTokenOutput) error {
	b, err := json.Marshal(token{
		StartURL: l.StartURL, Region: l.Region, AccessToken: aws.ToString(given.AccessToken),
		ExpiresAt: time.Now().Add(time.Duration(given.ExpiresIn) * time.Second).UTC().Format(time.RFC3339),
		ClientID:  aws.ToString(us.ClientId), ClientSecret: aws.ToString(us.ClientSecret), RefreshToken: aws.ToString(given.RefreshToken),
		RegistrationExpiresAt: time.Unix(us.ClientSecretExpiresAt, 0).UTC().Format(time.RFC3339),
	})
	if err == nil {
		err = os.MkdirAll(c.options.Sessions, 0o700)
	}
	if err == nil {
		err = whole(c.ownFile(l), b)
	}
	if err != nil {
		return &fault.Fault{Kind: fault.Invalid, Cloud: "aws", Login: l.Name, Message: "the session could not be kept: " + err.Error(), Hint: "Let the worker write into its folder of sessions, then sign in again."}
	}
	return nil
}

// whole writes a file in one step: whoever reads it meanwhile sees the old one.
func whole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".session-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
