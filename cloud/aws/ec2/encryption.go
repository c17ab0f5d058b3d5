package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/itbytes/landfall/cloud/aws/session"
)

// DisksEncrypted reports whether new disks of the account are encrypted by default in the session's region.
func DisksEncrypted(ctx context.Context, s *session.Session) (bool, error) {
	out, err := client(s).GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	if err != nil {
		return false, err
	}
	return aws.ToBool(out.EbsEncryptionByDefault), nil
}

// EncryptDisks makes that the default.
func EncryptDisks(ctx context.Context, s *session.Session) error {
	_, err := client(s).EnableEbsEncryptionByDefault(ctx, &ec2.EnableEbsEncryptionByDefaultInput{})
	return err
}

// LeaveDisks makes it the default no longer.
func LeaveDisks(ctx context.Context, s *session.Session) error {
	_, err := client(s).DisableEbsEncryptionByDefault(ctx, &ec2.DisableEbsEncryptionByDefaultInput{})
	return err
}
