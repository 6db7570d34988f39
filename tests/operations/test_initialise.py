"""`assay init`: keys outside the repository for their owner alone, and nothing ever overwritten."""

import stat
from pathlib import Path

import pytest

from assay.core.errors import TamperedError, UsageError
from assay.operations.initialise import initialise
from assay.operations.trustfile import load_trust_file
from assay.signing.keyfile import load_key_file
from assay.signing.trust import PrincipalKind, Window
from tests.operations.run import AT, ENTRIES, clock, told
from tests.operations.site import Site, empty_site


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_again_changes_nothing(here: Site) -> None:
    before = content(here.home), content(here.top / ".assay")
    done = initialise(here.top, algorithm="ecdsa-p256", clock=clock(hours=5))
    assert done.made == ()
    assert done.algorithm == "ed25519"  # the key that is there
    assert (content(here.home), content(here.top / ".assay")) == before


def test_whether_advisories_are_there(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes next is not advised where it was done."""
    monkeypatch.setenv("ASSAY_HOME", str(here.home))
    assert initialise(here.top).has_advisories
    (here.home / "advisories").rename(here.folder / "aside")
    assert not initialise(here.top).has_advisories


def test_keys_are_for_their_owner_alone(dated_site: Site) -> None:
    keys = dated_site.home / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {
        "signer.pem": 0o600,
        "log.pem": 0o600,
        "identity.key": 0o600,
    }


def test_the_log_is_not_committed(dated_site: Site) -> None:
    assert (dated_site.top / ".assay" / ".gitignore").read_text() == "*\n"
    assert dated_site.repo.text("status", "--porcelain") == ""


def test_the_trust_root_names_the_key(dated_site: Site) -> None:
    root = load_trust_file(dated_site.trust)
    [principal] = root.principals
    [key] = principal.keys
    assert key.name == load_key_file(dated_site.home / "keys" / "signer.pem").public.key_id
    assert (principal.name, principal.kind) == ("local", PrincipalKind.PERSON)
    assert principal.window == key.window == Window(valid_from=AT, valid_until=None)
    assert {grant.role for grant in principal.roles} == {
        *("author", "collector", "gate", "importer", "owner"),
        *("reviewer", "risk-owner", "vex-author"),
    }
    assert (root.version, root.owner_threshold) == (1, 1)


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256", "rsa-pss", "ml-dsa-65"])
def test_other_algorithms(
    here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    (here.top / ".assay").rename(tmp_path / "away")
    done = initialise(here.top, algorithm=algorithm, clock=clock())
    assert done.algorithm == algorithm
    assert done.made == ("signing key", "log key", "identity key", "trust root", "log")


def test_an_unknown_algorithm(here: Site) -> None:
    with pytest.raises(UsageError) as caught:
        initialise(here.top, algorithm="rsa", clock=clock())
    assert str(caught.value) == (
        "[usage] unknown algorithm 'rsa' "
        "(one of: ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, ml-dsa-65)"
    )


def test_two_repositories_have_logs_of_their_own_and_one_key(here: Site, tmp_path: Path) -> None:
    other = here.repo.clone(tmp_path / "other")
    first, second = initialise(here.top, clock=clock()), initialise(other.top, clock=clock())
    assert first.origin != second.origin
    assert first.key_id == second.key_id
    assert second.made == ("trust root", "log")


def test_a_folder_in_the_repository_means_the_repository(here: Site) -> None:
    (here.top / "deep").mkdir()
    assert initialise(here.top / "deep", clock=clock()).made == ()
    assert not (here.top / "deep" / ".assay").exists()


def test_keys_are_not_made_inside_a_repository(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(here.top / "home"))
    with pytest.raises(UsageError) as caught:
        initialise(here.top, clock=clock())
    assert told(caught.value, here) == (
        "[usage] a private key inside a Git repository, where it would be committed sooner or "
        "later, at {}/shop (keep it under the data folder of assay)"
    )


def test_an_empty_site_has_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = empty_site(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    with pytest.raises(UsageError) as caught:
        initialise(site.top, clock=clock())
    assert told(caught.value, site) == (
        "[usage] not a Git repository, at {}/shop (run git init, or name another folder)"
    )
    assert list(site.home.iterdir()) == []


def test_a_log_that_was_set_back_is_no_fine_log(here: Site) -> None:
    here.log.write_bytes(b"")
    with pytest.raises(TamperedError) as caught:
        initialise(here.top, clock=clock())
    assert str(caught.value) == (
        f"[tampered] cut or set back: 0 entries, where {ENTRIES} were seen, at log "
        "(restore a copy that holds what the anchor saw)"
    )
