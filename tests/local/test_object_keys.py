"""S3 asks KMS for the key of an object: a missing or closed one stops writing and reading."""

import pytest
from botocore.exceptions import ClientError
from local_cloud import Cloud

BUCKET = "tide-object-keys-{account}"


class Encrypted:
    """A bucket and a key."""

    def __init__(self, cloud: Cloud) -> None:
        self.s3, self.kms = cloud.client("s3"), cloud.client("kms")
        self.bucket = BUCKET.format(account=cloud.account)
        self.s3.create_bucket(
            Bucket=self.bucket,
            CreateBucketConfiguration={"LocationConstraint": self.s3.meta.region_name},
        )
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]

    def put(self, key: str) -> str:
        """Write an object and return the code of the error, empty without one."""
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        try:
            self.s3.put_object(Bucket=self.bucket, Key="it", Body=b"content", **encrypted)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    def get(self) -> str:
        """Read the object and return the code of the error, empty without one."""
        try:
            self.s3.get_object(Bucket=self.bucket, Key="it")["Body"].read()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""


@pytest.fixture
def encrypted(cloud: Cloud) -> Encrypted:
    return Encrypted(cloud)


def test_an_open_key_writes_and_reads(encrypted: Encrypted) -> None:
    assert (encrypted.put(encrypted.key), encrypted.get()) == ("", "")


def test_a_missing_key_writes_nothing(encrypted: Encrypted) -> None:
    missing = encrypted.key.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    assert encrypted.put(missing) == "KMS.NotFoundException"
    assert encrypted.get() == "NoSuchKey"


def test_a_disabled_key_writes_and_reads_nothing_until_it_is_enabled(encrypted: Encrypted) -> None:
    encrypted.put(encrypted.key)
    encrypted.kms.disable_key(KeyId=encrypted.key)
    assert encrypted.put(encrypted.key) == "KMS.DisabledException"
    assert encrypted.get() == "KMS.DisabledException"
    encrypted.kms.enable_key(KeyId=encrypted.key)
    assert (encrypted.put(encrypted.key), encrypted.get()) == ("", "")


def test_a_key_that_will_be_deleted_reads_nothing(encrypted: Encrypted) -> None:
    encrypted.put(encrypted.key)
    encrypted.kms.schedule_key_deletion(KeyId=encrypted.key, PendingWindowInDays=7)
    assert encrypted.get() == "KMS.KMSInvalidStateException"


def test_a_multipart_upload_with_a_disabled_key_is_refused(encrypted: Encrypted) -> None:
    encrypted.kms.disable_key(KeyId=encrypted.key)
    with pytest.raises(ClientError, match="is disabled"):
        encrypted.s3.create_multipart_upload(
            Bucket=encrypted.bucket,
            Key="it",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=encrypted.key,
        )
