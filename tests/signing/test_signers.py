"""The one contract that every kind of signer keeps, and the door to all of them."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, SignatureInvalidError, UsageError
from assay.evidence.dsse import render_pae
from assay.signing.keyfile import create_key_file
from assay.signing.keys import Signer, load_public_key
from assay.signing.privatepem import render_private_pem
from assay.signing.signers import KINDS, open_signer
from assay.signing.signeruri import parse_signer_uri, uri_of_path
from tests.fakes.agent import ssh_agent
from tests.fakes.hsm import OBJECTS, PIN, softhsm
from tests.fakes.keyservices import GCP_NAME, PRIVATE, TOKEN, Aws, Azure, Gcp, Transit
from tests.fakes.moto import aws_server, create_key
from tests.fakes.restserver import serving
from tests.signing.test_asymmetric import signer_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MESSAGE = render_pae("application/vnd.in-toto+json", b"{}")
LARGE = render_pae("application/vnd.in-toto+json", b"x" * 100_000)
SECRETS = ("correct horse", PIN, TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a kind's keys are to be made, and what ends with the test."""

    folder: Path
    stack: ExitStack
    setenv: Callable[[str, str], None]


def key_file(place: Place, algorithm: str) -> str:
    path = place.folder / "key.pem"
    create_key_file(path, algorithm=algorithm)
    return uri_of_path(path)


def encrypted_file(place: Place, algorithm: str) -> str:
    path = place.folder / "key.pem"
    create_key_file(path, algorithm=algorithm, passphrase=b"correct horse")
    word = place.folder / "word"
    word.write_text("correct horse\n")
    word.chmod(0o600)
    return f"{uri_of_path(path)}?passphrase-file={word}"


def variable(place: Place, algorithm: str) -> str:
    pem = render_private_pem(signer_for(algorithm), passphrase=None)
    place.setenv("RELEASE_KEY", pem.decode())
    return "env:RELEASE_KEY"


def token(place: Place, algorithm: str) -> str:
    module = place.stack.enter_context(softhsm(place.folder / "hsm"))
    place.setenv("ASSAY_PKCS11_PIN", PIN)
    return f"pkcs11:token=shop;object={OBJECTS[algorithm]}?module-path={module}"


def transit(place: Place, algorithm: str) -> str:
    kind = {"rsa-pss": "rsa-2048"}.get(algorithm, algorithm)
    service = Transit(kind=kind, versions=[PRIVATE[algorithm]])
    place.setenv("VAULT_ADDR", place.stack.enter_context(serving(service.answer)).url)
    place.setenv("VAULT_TOKEN", TOKEN)
    return "hashivault:assay"


def google(place: Place, algorithm: str) -> str:
    url = place.stack.enter_context(serving(Gcp(algorithm=algorithm).answer)).url
    place.setenv("CLOUDSDK_AUTH_ACCESS_TOKEN", TOKEN)
    return f"gcpkms:{GCP_NAME}?endpoint={url}"


def azure(place: Place, algorithm: str) -> str:
    url = place.stack.enter_context(serving(Azure(algorithm=algorithm).answer)).url
    place.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    return f"azurekms:shop/assay?endpoint={url}"


def aws(place: Place, algorithm: str) -> str:
    place.setenv("AWS_ACCESS_KEY_ID", "testing")
    place.setenv("AWS_SECRET_ACCESS_KEY", TOKEN)
    if algorithm == "ed25519":
        url = place.stack.enter_context(serving(Aws().answer)).url
        return f"awskms:alias/assay?region=eu-west-1&endpoint={url}"
    url = place.stack.enter_context(aws_server())
    return f"awskms:{create_key(url, algorithm)}?endpoint={url}"


def agent(place: Place, algorithm: str) -> str:
    socket = place.stack.enter_context(ssh_agent(place.folder / "ssh"))
    place.setenv("SSH_AUTH_SOCK", str(socket))
    return f"ssh-agent:{algorithm}"


MADE = {
    "file": (key_file, ("ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-pss", "ml-dsa-65")),
    "file-encrypted": (encrypted_file, ("ed25519", "ml-dsa-65")),
    "env": (variable, ("ed25519", "rsa-pss")),
    "pkcs11": (token, ("ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-pss")),
    "hashivault": (transit, ("ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-pss")),
    "awskms": (aws, ("ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-pss")),
    "gcpkms": (google, ("ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-pss")),
    "azurekms": (azure, ("ecdsa-p256", "ecdsa-p384", "rsa-pss")),
    "ssh-agent": (agent, ("ed25519", "ecdsa-p256", "ecdsa-p384")),
}
CASES = [(kind, algorithm) for kind, (_, algorithms) in MADE.items() for algorithm in algorithms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    kind: str
    algorithm: str
    uri: str
    signer: Signer


@pytest.fixture(scope="module", params=CASES, ids=[f"{kind}-{name}" for kind, name in CASES])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    kind, algorithm = request.param
    make, _ = MADE[kind]
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in [name for name in os.environ if name.startswith(("VAULT_", "BAO_", "AWS_"))]:
            patch.delenv(name)
        place = Place(folder=tmp_path_factory.mktemp(kind), stack=stack, setenv=patch.setenv)
        uri = make(place, algorithm)
        yield Opened(
            kind=kind, algorithm=algorithm, uri=uri, signer=open_signer(uri, passphrase=None)
        )


def test_its_signature_holds(opened: Opened) -> None:
    public = opened.signer.public
    assert public.algorithm == opened.algorithm
    assert public.key_id == sha256(public.spki).hexdigest()
    load_public_key(public.pem).verify(MESSAGE, opened.signer.sign(MESSAGE))


def test_another_message_does_not(opened: Opened) -> None:
    signature = opened.signer.sign(MESSAGE)
    with pytest.raises(SignatureInvalidError):
        load_public_key(opened.signer.public.pem).verify(MESSAGE + b" ", signature)


SMALL_ONLY = {("awskms", "ed25519"), ("gcpkms", "ed25519")}


def test_a_large_message(opened: Opened) -> None:
    """Or it is told that there is a limit, and what to do."""
    public = load_public_key(opened.signer.public.pem)
    if (opened.kind, opened.algorithm) not in SMALL_ONLY:
        public.verify(LARGE, opened.signer.sign(LARGE))
        return
    with pytest.raises(UsageError) as caught:
        opened.signer.sign(LARGE)
    assert caught.value.hint == "use a P-256 key, which signs a digest"


def test_many_times(opened: Opened) -> None:
    for number in range(5):
        message = MESSAGE + str(number).encode()
        opened.signer.public.verify(message, opened.signer.sign(message))


def test_no_secret_is_shown(opened: Opened) -> None:
    for secret in SECRETS:
        assert secret not in repr(opened.signer)
        assert secret not in str(opened.signer)


def test_every_kind_is_here() -> None:
    assert {kind.removesuffix("-encrypted") for kind in MADE} == set(KINDS)


UNKNOWN = (
    "[usage] no kind of signer 'gpg' (one of: file, env, pkcs11, hashivault, awskms, gcpkms, "
    "azurekms, ssh-agent, or a path)"
)
REFUSED = {
    "unknown": ("gpg:ABCD", UNKNOWN),
    "empty": ("", "[usage] 0 characters that do not say where a key is"),
    "control": ("file:\x1b[2J", "[usage] 9 characters that do not say where a key is"),
    "endless": ("file:" + "x" * 5000, "[usage] 5005 characters that do not say where a key is"),
    "no-file": ("file:/nonexistent/key", "[usage] no such file, at /nonexistent/key"),
    "file-elsewhere": (
        "file://host/key",
        "[usage] a key on another machine: 'host' (file:///path)",
    ),
    "file-without-a-path": ("file:", "[usage] no path, at 'file:'"),
    "parameter": (
        "file:/key?pasphrase-file=/x",
        "[usage] no parameter 'pasphrase-file' of file: (it has passphrase-file)",
    ),
    "parameter-twice": (
        "file:/key?passphrase-file=/x&passphrase-file=/y",
        "[usage] the parameter 'passphrase-file' twice, or without a value",
    ),
    "parameter-empty": (
        "file:/key?passphrase-file=",
        "[usage] the parameter 'passphrase-file' twice, or without a value",
    ),
    "stray-percent": ("file:/100%", "[usage] a stray % in '/100%' (write %25)"),
    "not-utf-8": ("file:/%ff", "[usage] '/%ff' is no text in UTF-8"),
    "hidden-control": ("file:/%1b", "[usage] '/\\x1b' has characters that cannot be shown"),
    "env-unset": (
        "env:ASSAY_NO_SUCH_KEY",
        "[usage] the variable ASSAY_NO_SUCH_KEY is not set (it is to hold a key in PEM)",
    ),
    "env-name": ("env:A-B", "[usage] 'A-B' is no name of a variable"),
    "env-parameter": ("env:A?x=1", "[usage] no parameter 'x' of env: (it has none)"),
}


@pytest.mark.parametrize(("uri", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(uri: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_signer(uri, passphrase=None)
    assert str(caught.value) == message


@given(st.text(max_size=60))
def test_any_text_is_a_signer_or_refused(rest: str) -> None:
    """No kind fails otherwise than by its documented errors, before it asks anybody."""
    for kind in ("file", "env", "pkcs11", "gcpkms"):
        with pytest.raises(AssayError):
            open_signer(f"{kind}:{rest}", passphrase=None)


def test_a_bare_path(tmp_path: Path) -> None:
    path = tmp_path / "100%?.pem"
    made = create_key_file(path, algorithm="ed25519")
    assert open_signer(str(path), passphrase=None).public == made.public
    assert open_signer(uri_of_path(path), passphrase=None).public == made.public
    assert open_signer(f"file://{uri_of_path(path)[5:]}", passphrase=None).public == made.public


REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "signers.md"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_the_reference(kind: str) -> None:
    page = REFERENCE.read_text()
    assert f"`{kind}:" in page


def test_every_variable_is_in_the_reference() -> None:
    """Whatever a signer reads from the environment."""
    source = Path(__file__).resolve().parents[2] / "src" / "assay"
    files = [*(source / "signing").rglob("*.py"), source / "operations" / "signersettings.py"]
    read = {
        name
        for file in files
        for name in re.findall(
            r"\"((?:ASSAY|VAULT|AZURE|GOOGLE|CLOUDSDK)_[A-Z0-9_]+)\"", file.read_text()
        )
    }
    page = REFERENCE.read_text()
    assert {name for name in read if name not in page} == {"AZURE_POD_IDENTITY_AUTHORITY_HOST"}


def test_a_uri_is_shown_as_it_was_written() -> None:
    uri = parse_signer_uri("pkcs11:token=a?module-path=/m.so")
    assert repr(uri) == "SignerUri('pkcs11:token=a?module-path=/m.so')"
