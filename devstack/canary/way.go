package canary

import (
	"context"
	"errors"
	"log/slog"

	"cloud.google.com/go/auth/credentials"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/aws/aws-sdk-go-v2/aws"
	static "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Way is how a consumer signs in, once and past every cache, with the fields of its item.
type Way func(ctx context.Context, w World, fields map[string]string) error

// AccessKey asks AWS whose an access key is.
func AccessKey(ctx context.Context, w World, f map[string]string) error {
	c := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &w.AWS, Retryer: aws.NopRetryer{},
		Credentials: static.NewStaticCredentialsProvider(f["access key id"], f["secret access key"], ""),
	})
	_, err := c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	return err
}

// ClientSecret has Entra give a token to an application with a secret.
func ClientSecret(ctx context.Context, w World, f map[string]string) error {
	c, err := azidentity.NewClientSecretCredential(f["tenant id"], f["client id"], f["client secret"], &azidentity.ClientSecretCredentialOptions{
		ClientOptions: entra(w), DisableInstanceDiscovery: true,
	})
	if err != nil {
		return err
	}
	return token(ctx, c)
}

// ClientCertificate has Entra give a token to an application with a certificate.
func ClientCertificate(ctx context.Context, w World, f map[string]string) error {
	certs, key, err := azidentity.ParseCertificates([]byte(f["certificate"]+"\n"+f["private key"]), nil)
	if err != nil {
		return errors.New("the certificate or its private key cannot be read") // what cannot be read is not quoted
	}
	c, err := azidentity.NewClientCertificateCredential(f["tenant id"], f["client id"], certs, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: entra(w), DisableInstanceDiscovery: true,
	})
	if err != nil {
		return err
	}
	return token(ctx, c)
}

func token(ctx context.Context, c azcore.TokenCredential) error {
	_, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	return err
}

// ServiceKey has Google give a token to a service account by a key file.
func ServiceKey(ctx context.Context, _ World, f map[string]string) error {
	c, err := credentials.NewCredentialsFromJSON(credentials.ServiceAccount, []byte(f["key file"]), &credentials.DetectOptions{
		Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return errors.New("the key file cannot be read") // what cannot be read is not quoted
	}
	_, err = c.Token(ctx)
	return err
}

// entra says where Entra is. What fails is not tried again: it is counted.
func entra(w World) policy.ClientOptions {
	return policy.ClientOptions{
		Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.Entra}, Transport: w.HTTP, Retry: policy.RetryOptions{MaxRetries: -1},
	}
}
