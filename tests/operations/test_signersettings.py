"""Which signers are used, who chose them, and what is refused for the log."""

from pathlib import Path

import pytest

from assay.core.errors import AssayError, UsageError
from assay.operations.home import Home, load_signer_choices, load_signers
from assay.operations.initialise import initialise
from assay.operations.record import open_recorder
from assay.operations.signersettings import load_choices, save_choices
from assay.signing.keyfile import create_key_file
from assay.signing.privatepem import render_private_pem
from assay.signing.signeruri import uri_of_path
from assay.source.repository import open_repository
from assay.system.files import create_private_file
from tests.fakes.agent import ssh_agent
from tests.fakes.gitrepo import GitRepo
from tests.fakes.hsm import PIN, softhsm
from tests.operations.run import AT, clock
from tests.operations.site import TREE
from tests.signing.test_asymmetric import signer_for


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("ASSAY_SIGNER", "ASSAY_LOG_SIGNER", "ASSAY_KEY_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    home = Home(folder=tmp_path / "home")
    create_private_file(home.identity_key, bytes(32))
    return home


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    GitRepo(tmp_path / "shop").commit("Begin", files=TREE)
    return tmp_path / "shop"


def write(home: Home, text: str) -> None:
    home.settings.write_text(text)


def test_the_environment_before_the_file_before_the_default(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = load_signer_choices(home)
    assert choices.statements.uri == f"file:{home.signer_key}"
    assert choices.log.uri == f"file:{home.log_key}"
    assert choices.log.default
    write(home, '[signers]\nstatements = "env:FROM_FILE"\n')
    choices = load_signer_choices(home)
    assert (choices.statements.uri, choices.statements.chosen_by) == (
        "env:FROM_FILE",
        str(home.settings),
    )
    assert choices.log.default
    monkeypatch.setenv("ASSAY_SIGNER", "env:FROM_ENVIRONMENT")
    choices = load_signer_choices(home)
    assert (choices.statements.uri, choices.statements.chosen_by) == (
        "env:FROM_ENVIRONMENT",
        "$ASSAY_SIGNER",
    )


REFUSED = {
    "not-toml": ("[signers", "[malformed] not TOML: "),
    "table": ("[signer]\n", "[malformed] unknown table 'signer', at "),
    "name": ('[signers]\nlogs = "a"\n', "[malformed] unknown signer 'logs', at "),
    "type": ("[signers]\nlog = 1\n", "[malformed] int where text is needed, at "),
    "relative": ('[signers]\nlog = "keys/log.pem"\n', "[usage] a key file by a relative path, at "),
    "relative-uri": ('[signers]\nlog = "file:log.pem"\n', "[usage] a key file by a relative path"),
}


@pytest.mark.parametrize(("text", "start"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_refused(home: Home, text: str, start: str) -> None:
    write(home, text)
    with pytest.raises(AssayError) as caught:
        load_signer_choices(home)
    assert str(caught.value).startswith(start)
    assert str(home.settings) in str(caught.value)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    uris = {"statements": 'env:A"\\B', "log": "pkcs11:token=ü"}
    save_choices(settings, uris)
    save_choices(settings, uris)  # as it is already
    found = load_choices(settings, statements=tmp_path, log=tmp_path)
    assert {"statements": found.statements.uri, "log": found.log.uri} == uris
    with pytest.raises(UsageError) as caught:
        save_choices(settings, {"log": "env:OTHER"})
    assert str(caught.value) == (
        f"[usage] other signers are configured already, at {settings} (edit that file)"
    )


def test_no_keys_yet(home: Home) -> None:
    with pytest.raises(UsageError) as caught:
        load_signers(home)
    assert str(caught.value) == f"[usage] no log key, at {home.log_key} (run: assay init)"


def two_keys(home: Home, log: str) -> None:
    create_key_file(home.signer_key, algorithm="ed25519")
    create_key_file(home.log_key, algorithm=log)


@pytest.mark.parametrize("algorithm", ["ecdsa-p256", "ml-dsa-65"])
def test_a_log_key_that_cannot_sign_checkpoints(home: Home, algorithm: str) -> None:
    two_keys(home, algorithm)
    with pytest.raises(UsageError) as caught:
        load_signers(home)
    assert str(caught.value) == (
        f"[usage] a log key of algorithm {algorithm!r}, at default "
        "(checkpoints are signed with ed25519)"
    )


def test_one_key_for_both(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    two_keys(home, "ed25519")
    monkeypatch.setenv("ASSAY_LOG_SIGNER", str(home.signer_key))
    with pytest.raises(UsageError) as caught:
        load_signers(home)
    assert str(caught.value) == (
        "[usage] one key for statements and the log, at $ASSAY_LOG_SIGNER "
        "(what signs tree heads must not be able to sign evidence)"
    )


def test_a_key_of_the_agent_for_the_log(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_keys(home, "ed25519")
    with ssh_agent(tmp_path / "ssh") as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        monkeypatch.setenv("ASSAY_LOG_SIGNER", "ssh-agent:ed25519")
        with pytest.raises(UsageError) as caught:
            load_signers(home)
        monkeypatch.delenv("ASSAY_LOG_SIGNER")
        monkeypatch.setenv("ASSAY_SIGNER", "ssh-agent:ed25519")
        assert load_signers(home).statements.public.algorithm == "ed25519"
    assert str(caught.value) == (
        "[usage] a key in the ssh-agent for the log, which signs statements only, at "
        "$ASSAY_LOG_SIGNER"
    )


def test_init_with_a_token(
    home: Home, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PKCS11_PIN", PIN)
    with softhsm(tmp_path / "hsm") as module:
        uris = {
            "signer": f"pkcs11:token=shop;object=p256?module-path={module}",
            "log_signer": f"pkcs11:token=shop;object=ed?module-path={module}",
        }
        done = initialise(repository, clock=clock(), **uris)
        assert done.made == ("trust root", "log")
        assert (done.signer, done.algorithm) == (uris["signer"], "ecdsa-p256")
        assert not home.signer_key.exists()
        with open_recorder(open_repository(repository), at=AT) as recorder:
            assert recorder.signers.log.public.algorithm == "ed25519"
        again = initialise(repository, clock=clock(), **uris)
        assert again.made == ()


def test_init_with_what_cannot_sign_leaves_nothing(home: Home, repository: Path) -> None:
    with pytest.raises(UsageError):
        initialise(repository, clock=clock(), signer="env:ASSAY_NO_SUCH_KEY")
    assert not home.settings.exists()
    assert not (repository / ".assay").exists()


def test_init_with_a_key_in_the_environment(
    home: Home, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a job has it: nothing is remembered, and no key file is made for it."""
    pem = render_private_pem(signer_for("ecdsa-p384"), passphrase=None).decode()
    monkeypatch.setenv("RELEASE_KEY", pem)
    monkeypatch.setenv("ASSAY_SIGNER", "env:RELEASE_KEY")
    done = initialise(repository, clock=clock())
    assert done.made == ("log key", "trust root", "log")
    assert done.algorithm == "ecdsa-p384"
    assert not home.settings.exists()


def test_a_relative_path_is_made_whole(
    home: Home, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key_file(tmp_path / "mine.pem", algorithm="ed25519")
    monkeypatch.chdir(tmp_path)
    done = initialise(repository, clock=clock(), signer="mine.pem")
    assert done.signer == uri_of_path(tmp_path / "mine.pem")
    assert load_signer_choices(home).statements.uri == done.signer
