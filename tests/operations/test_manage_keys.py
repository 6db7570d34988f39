"""`assay key`: through the command line."""

import os
import pty
import stat
import subprocess
from pathlib import Path

import pytest

from assay.signing.keyfile import create_key_file, load_key_file
from tests.fakes.hsm import PIN, softhsm
from tests.operations.site import ASSAY, Site, empty_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return empty_site(tmp_path / "site")


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "word"
    path.write_text("correct horse\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p384", "ml-dsa-65"])
def test_create_and_show(site: Site, tmp_path: Path, word: Path, algorithm: str) -> None:
    path = tmp_path / "a key.pem"
    options = ("--algorithm", algorithm, "--new-passphrase-file", word, "--json")
    made = site.assay("key", "create", path, *options)
    assert made.outcome == (0, "")
    assert made.document.field("algorithm").text() == algorithm
    assert b"ENCRYPTED" in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened = {"ASSAY_KEY_PASSPHRASE": "correct horse"}
    shown = site.assay("key", "show", path, "--json", environment=opened)
    assert shown.out == made.out.replace(b"assay.key-create/v1", b"assay.key-show/v1")
    uri = f"file:{tmp_path}/a%20key.pem?passphrase-file={word}"
    shown = site.assay("key", "show", uri)
    assert (shown.status, shown.err) == (0, "")
    public = load_key_file(path, passphrase=lambda: b"correct horse").public
    assert shown.out.decode() == (
        f"Signer     {uri}\nAlgorithm  {algorithm}\nKey id     {public.key_id}\n"
        + public.pem.decode()
    )
    assert b"PRIVATE" not in made.out + shown.out


def test_a_verifier_key(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    create_key_file(path, algorithm="ed25519")
    shown = site.assay("key", "show", path, "--origin", "log.example/shop", "--json")
    assert shown.document.field("verifierKey").text().startswith("log.example/shop+")


UNKNOWN = (
    "[usage] unknown algorithm 'dsa' (one of: ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, ml-dsa-65)"
)
REFUSED = {
    "nobody-to-ask": (
        ("create", "KEY"),
        "[usage] no terminal to ask for the new passphrase (use --new-passphrase-file or --no-passphrase)",
    ),
    "both": (
        ("create", "KEY", "--no-passphrase", "--new-passphrase-file", "WORD"),
        "[usage] both a passphrase and none (leave one out)",
    ),
    "algorithm": (
        ("create", "KEY", "--no-passphrase", "--algorithm", "dsa"),
        UNKNOWN,
    ),
    "no-file": (("passwd", "KEY", "--no-passphrase"), "[usage] no such file, at KEY"),
    "both-signers": (
        ("show", "KEY", "--log"),
        "[usage] both a signer and the one for the log (leave one out)",
    ),
    "nothing-yet": (("show",), "[usage] no such file, at HOME/keys/signer.pem"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    site: Site, tmp_path: Path, word: Path, arguments: tuple[str, ...], message: str
) -> None:
    names = {"KEY": str(tmp_path / "key.pem"), "WORD": str(word)}
    answer = site.assay("key", *(names.get(argument, argument) for argument in arguments))
    expected = message.replace("KEY", names["KEY"]).replace("HOME", str(site.home))
    assert answer.outcome == (2, expected)
    assert not (tmp_path / "key.pem").exists()


def test_passwd(site: Site, tmp_path: Path, word: Path) -> None:
    path, link = tmp_path / "key.pem", tmp_path / "link.pem"
    before = create_key_file(path, algorithm="ed25519")
    link.symlink_to(path)
    assert site.assay("key", "passwd", link, "--new-passphrase-file", word).status == 0
    assert link.is_symlink()  # the key itself was encrypted, and not a copy beside it
    assert b"ENCRYPTED" in path.read_bytes()
    message = (
        f"[usage] the key is encrypted, and there is no passphrase, at {path} "
        "(set ASSAY_KEY_PASSPHRASE, name a ?passphrase-file=, or use a terminal)"
    )
    assert site.assay("key", "passwd", path, "--no-passphrase").outcome == (2, message)
    opened = {"ASSAY_KEY_PASSPHRASE": "wrong"}
    assert site.assay("key", "passwd", path, "--no-passphrase", environment=opened).outcome == (
        2,
        f"[usage] the passphrase is wrong, or the key is damaged, at {path}",
    )
    opened = {"ASSAY_KEY_PASSPHRASE": "correct horse"}
    assert site.assay("key", "passwd", path, "--no-passphrase", environment=opened).status == 0
    assert load_key_file(path).public == before.public


def test_list(site: Site) -> None:
    create_key_file(site.home / "keys" / "signer.pem", algorithm="ecdsa-p256")
    create_key_file(site.home / "keys" / "log.pem", algorithm="ed25519", passphrase=b"word")
    listed = site.assay("key", "list", "--json")
    assert listed.status == 0
    first, second = listed.document.field("keys").items()
    assert first.field("algorithm").text() == "ecdsa-p256"
    assert second.optional("algorithm") is None
    (gap,) = listed.document.field("notChecked").items()
    assert gap.field("what").text() == "the key for the log"
    assert gap.field("remedy").text() == "run: assay key show --log"
    text = site.assay("key", "list").out.decode()
    assert text.startswith(f"statements  file:{site.home}/keys/signer.pem\n")
    where = f"file:{site.home}/keys/log.pem"
    assert f"  not checked: the key for the log, {where}: [usage] the key is encrypted" in text
    opened = {"ASSAY_KEY_PASSPHRASE": "word"}
    text = site.assay("key", "list", environment=opened).out.decode()
    assert "not checked" not in text


def test_the_passphrase_of_a_file_is_not_tried_as_a_pin(site: Site, tmp_path: Path) -> None:
    with softhsm(tmp_path / "hsm") as module:
        uri = f"pkcs11:token=shop;object=p256?module-path={module}"
        environment = {
            "ASSAY_KEY_PASSPHRASE": "word",
            "SOFTHSM2_CONF": str(tmp_path / "hsm" / "softhsm2.conf"),
        }
        assert site.assay("key", "show", uri, environment=environment).outcome == (
            2,
            "[usage] no PIN for the token (pin-source=, ASSAY_PKCS11_PIN, or a terminal to ask at)",
        )
        opened = {**environment, "ASSAY_PKCS11_PIN": PIN}
        assert site.assay("key", "show", uri, environment=opened).status == 0


def at_a_terminal(site: Site, *arguments: str, typed: tuple[str, ...]) -> tuple[int, str]:
    """Run `assay` with a terminal of its own, and type what is asked for."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [ASSAY, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=site.top,
        env=site.environment(),
        start_new_session=True,
    )
    os.close(theirs)
    seen, left = b"", list(typed)
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # the child has closed its side
            break
        if not chunk:
            break
        seen += chunk
        if left and seen.endswith(b": "):
            os.write(ours, left.pop(0).encode() + b"\n")
    os.close(ours)
    return child.wait(), seen.decode()


def test_a_passphrase_at_the_terminal(site: Site, tmp_path: Path) -> None:
    path = str(tmp_path / "key.pem")
    status, seen = at_a_terminal(site, "key", "create", path, typed=("hunter2", "hunter2"))
    assert (status, "hunter2" in seen) == (0, False)
    load_key_file(Path(path), passphrase=lambda: b"hunter2")
    status, seen = at_a_terminal(site, "key", "show", path, typed=("hunter2",))
    assert (status, "hunter2" in seen) == (0, False)
    assert f"Passphrase or PIN for file:{path}: " in seen
    status, seen = at_a_terminal(site, "key", "show", path, typed=("hunter1",))
    assert status == 2
    assert "[usage] the passphrase is wrong, or the key is damaged" in seen
    assert seen.count("Passphrase") == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("one", "two"), "[usage] the two passphrases differ"),
        (("",), "[usage] an empty passphrase (--no-passphrase leaves the key in the clear)"),
    ],
)
def test_a_new_passphrase_that_is_none(
    site: Site, tmp_path: Path, typed: tuple[str, ...], message: str
) -> None:
    path = tmp_path / "key.pem"
    status, seen = at_a_terminal(site, "key", "create", str(path), typed=typed)
    assert (status, message in seen) == (2, True)
    assert not path.exists()
