"""Blobs in an S3-compatible store: moto's server on the loopback."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from assay.core.digest import Digest
from assay.core.errors import AssayError, UnavailableError, UsageError
from assay.evidence.storage.blobs import BlobStore, FolderBlobs, open_blob_store
from tests.evidence.blobcontract import BlobContract, Damage
from tests.fakes.moto import REGION, uncorrected_aws_server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BUCKET = "evidence"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give boto3 what it would find in its configuration; moto takes anything."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with uncorrected_aws_server() as url:
        yield url


@pytest.fixture
def blobs(server: str) -> BlobStore:
    client = boto3.client("s3", region_name=REGION, endpoint_url=server)
    if BUCKET not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
    return open_blob_store(f"s3://{BUCKET}/logs/shop?endpoint={server}")


@pytest.fixture
def damage(server: str) -> Damage:
    def put_in_place(digest: Digest, data: bytes) -> None:
        client = boto3.client("s3", region_name=REGION, endpoint_url=server)
        key = f"logs/shop/{digest.hex[:2]}/{digest.hex[2:]}"
        client.put_object(Bucket=BUCKET, Key=key, Body=data)

    return put_in_place


class TestObjectBlobs(BlobContract):
    """The contract, kept by an object store."""


def test_where_it_is(blobs: BlobStore) -> None:
    assert blobs.location == f"s3://{BUCKET}/logs/shop"


def test_what_is_there_is_not_written_again(server: str) -> None:
    """In a bucket that keeps versions each would be paid for, and a locked one would refuse."""
    client = boto3.client("s3", region_name=REGION, endpoint_url=server)
    client.create_bucket(
        Bucket="versions", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    made = open_blob_store(f"s3://versions?endpoint={server}")
    digest = made.put(b"sound")
    assert made.put(b"sound") == digest
    name = f"{digest.hex[:2]}/{digest.hex[2:]}"

    def count() -> int:
        return len(client.list_object_versions(Bucket="versions")["Versions"])

    assert count() == 1
    client.put_object(Bucket="versions", Key=name, Body=b"damaged")
    made.put(b"sound")
    assert made.get(digest) == b"sound"
    assert count() == 3


def test_a_bucket_that_is_not_there(server: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_blob_store(f"s3://absent?endpoint={server}").put(b"x")
    assert str(caught.value) == ("[usage] the store answers 404: 'NoSuchBucket', at s3://absent")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UnavailableError) as caught:
        open_blob_store("s3://b/p?endpoint=http://127.0.0.1:9").put(b"x")
    assert str(caught.value) == "[unavailable] cannot ask: EndpointConnectionError, at s3://b/p"


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(UsageError) as caught:
        open_blob_store(f"s3://b/p?endpoint={server}").put(b"x")
    assert str(caught.value) == (
        "[usage] cannot ask: NoCredentialsError, at s3://b/p (is the AWS command line set up?)"
    )


def test_a_login_that_has_ended(
    monkeypatch: pytest.MonkeyPatch, server: str, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ("start_url = https://login.example", "region = eu-west-1", "account_id = 1")
    lines = ["[default]", *(f"sso_{word}" for word in words), "sso_role_name = reader"]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("\n".join(lines))
    with pytest.raises(UsageError) as caught:
        open_blob_store(f"s3://b/p?endpoint={server}").put(b"x")
    assert str(caught.value) == (
        "[usage] cannot ask: SSOTokenLoadError, at s3://b/p (is the AWS command line set up?)"
    )


REFUSED = {
    "no-bucket": (
        "s3:///p",
        "[usage] no URL of an object store, at 's3:///p' (write it as s3://BUCKET/PREFIX)",
    ),
    "credentials": (
        "s3://user:word@b/p",
        "[usage] credentials in a URL, at 'b' (boto3 finds its own)",
    ),
    "a-parameter": (
        "s3://b/p?key=v",
        "[usage] other parameters than endpoint and region, at 's3://b/p?key=v' (write it as s3://BUCKET/PREFIX)",
    ),
    "a-parameter-twice": (
        "s3://b/p?region=a&region=b",
        "[usage] other parameters than endpoint and region, at 's3://b/p?region=a&region=b' (write it as s3://BUCKET/PREFIX)",
    ),
    "no-tls": (
        "s3://b/p?endpoint=http://store.example",
        "[usage] an endpoint without TLS that is not on this machine, at 'http://store.example'",
    ),
    "an-endpoint-that-is-none": (
        "s3://b/p?endpoint=http://[store",
        "[usage] an endpoint that is no URL, at 'http://[store'",
    ),
    "another-scheme": (
        "gs://b/p",
        "[usage] no kind of blob store 'gs' (s3://BUCKET/PREFIX, or the path of a folder)",
    ),
}


@pytest.mark.parametrize(("location", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(location: str, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        open_blob_store(location)
    assert str(caught.value) == message


def test_a_folder() -> None:
    assert isinstance(open_blob_store("/var/lib/blobs"), FolderBlobs)
