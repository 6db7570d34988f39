"""Objects in an S3-compatible store, through boto3 and its usual configuration.

* `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; credentials come from boto3's own chain, never from
  the URL. Without TLS only on this machine.
* An object is written only where there is none (`If-None-Match: *`); what is read is bounded.
* The text of an answer is not repeated in errors: it may hold what was sent.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from assay.core.errors import UnavailableError, UsageError
from assay.system.hosts import LOOPBACK

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SECONDS: Final = 30
_ATTEMPTS: Final = 4
_THERE_ALREADY: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
SET_UP: Final = frozenset(  # what boto3 raises where something is missing on this machine
    {
        "ConfigParseError",
        "InvalidRegionError",
        "NoCredentialsError",
        "NoRegionError",
        "ParamValidationError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "SSOTokenLoadError",
        "UnauthorizedSSOTokenError",
    }
)
_FOR_THE_MOMENT: Final = frozenset({"SlowDown", "RequestTimeout", "ConditionalRequestConflict"})


class ObjectStore:
    """A bucket and a prefix in it; made by `open_object_store`."""

    def __init__(self, client: "S3Client", asking: "_Asking", bucket: str, prefix: str) -> None:
        self._client = client
        self._asking = asking
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @property
    def location(self) -> str:
        """The bucket and the prefix, for messages."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def create(self, name: str, data: bytes) -> bool:
        """Write the object `name`, and return true; false where there is one already.

        Raises:
            UsageError: No credentials, no such bucket, or not for us.
            UnavailableError: The store does not answer.
        """
        try:
            with self._asking(self.location):
                self._client.put_object(
                    Bucket=self._bucket, Key=self._prefix + name, Body=data, IfNoneMatch="*"
                )
        except _AnsweredError as error:
            if error.code in _THERE_ALREADY:
                return False
            raise error.refusal from error
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Write the object `name`, whatever is there.

        Raises:
            UsageError, UnavailableError: As `create`.
        """
        try:
            with self._asking(self.location):
                self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data)
        except _AnsweredError as error:
            raise error.refusal from error

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        """Return the object `name`, of which at most `max_bytes` and one more are read, or None.

        Raises:
            UsageError, UnavailableError: As `create`.
        """
        try:
            with self._asking(self.location):
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
                with found["Body"] as body:
                    return body.read(max_bytes + 1)
        except _AnsweredError as error:
            if error.code in _ABSENT:
                return None
            raise error.refusal from error


class _AnsweredError(Exception):
    """The store answered with an error."""

    def __init__(self, code: str, refusal: UsageError | UnavailableError) -> None:
        super().__init__(code)
        self.code = code
        self.refusal = refusal


_Asking = Callable[[str], AbstractContextManager[None]]


def open_object_store(url: str) -> ObjectStore:
    """Return the store that `url` names; it is not asked for anything yet.

    Raises:
        UsageError: Not such a URL, boto3 is not installed, or it is not set up.
    """
    bucket, prefix, parameters = _parsed(url)
    client, asking = _client(parameters.get("region"), parameters.get("endpoint"), url)
    return ObjectStore(client, asking, bucket, prefix)


def _parsed(url: str) -> tuple[str, str, dict[str, str]]:
    hint = "write it as s3://BUCKET/PREFIX"
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError as error:
        raise UsageError("no URL of an object store", where=repr(url), hint=hint) from error
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "credentials in a URL", where=repr(parts.hostname), hint="boto3 finds its own"
        )
    if parts.scheme != "s3" or not parts.netloc or parts.fragment:
        raise UsageError("no URL of an object store", where=repr(url), hint=hint)
    parameters = dict(pairs)
    if len(parameters) != len(pairs) or parameters.keys() - {"endpoint", "region"}:
        raise UsageError("other parameters than endpoint and region", where=repr(url), hint=hint)
    _check_endpoint(parameters.get("endpoint"))
    return parts.netloc, parts.path.strip("/"), parameters


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    try:
        parts = urlsplit(endpoint)
    except ValueError as error:
        raise UsageError("an endpoint that is no URL", where=repr(endpoint)) from error
    local = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise UsageError(
            "an endpoint without TLS that is not on this machine", where=repr(endpoint)
        )


def _client(region: str | None, endpoint: str | None, url: str) -> tuple["S3Client", _Asking]:
    """Return the client, and what turns the errors of its library into ours."""
    try:
        from boto3.session import Session  # noqa: PLC0415  # heavy, and an extra
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("boto3 is not installed", hint="pip install 'assay[aws]'") from error

    @contextmanager
    def asking(where: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            raise _AnsweredError(code, _refusal(code, status, where)) from error
        except BotoCoreError as error:
            raise _not_asked(type(error).__name__, where) from error

    config = Config(
        connect_timeout=_SECONDS,
        read_timeout=_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        s3={"addressing_style": "path"} if endpoint else {},
    )
    with asking(url):
        client: S3Client = Session().client(
            "s3", region_name=region, endpoint_url=endpoint, config=config
        )
    return client, asking


def _refusal(code: str, status: int, where: str) -> UsageError | UnavailableError:
    what = f"the store answers {status}: {code!r}"
    if 400 <= status < 500 and code not in _FOR_THE_MOMENT:
        return UsageError(what, where=where)
    return UnavailableError(what, where=where)


def _not_asked(name: str, where: str) -> UsageError | UnavailableError:
    what = f"cannot ask: {name}"
    if name in SET_UP:
        return UsageError(what, where=where, hint="is the AWS command line set up?")
    return UnavailableError(what, where=where)
