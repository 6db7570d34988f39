"""Damage to what lies around a repository: the store, keys, trust, advisories, and `assay.toml`.

The outcome of a refusal is its exit status and all of stderr; `{}` stands for the site's folder,
`{log}` for the name of its log.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Final

import pytest

from assay.signing.keyfile import load_key_file
from tests.operations.site import TREE, Site, new_site

Damage = Callable[[Site], object]
State = tuple[Damage, int, str]


def origin(site: Site) -> str:
    return (site.top / ".assay" / "origin").read_text().strip()


def overwrite_page(site: Site) -> None:
    """Zero the first page of the table of subjects."""
    with closing(sqlite3.connect(site.log)) as database:
        [(page,)] = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'subjects'"
        ).fetchall()
    content = bytearray(site.log.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    site.log.write_bytes(content)


def without_log(site: Site) -> None:
    shutil.rmtree(site.log.parent)


def with_a_file_for_a_folder(site: Site) -> None:
    without_log(site)
    site.log.parent.write_text("")


def with_keys_of_somebody_else(site: Site) -> None:
    (site.home / "keys" / "signer.pem").unlink()
    assert site.assay("init").status == 2  # makes a new key, and says that it is not the one


def with_log_key_of_somebody_else(site: Site) -> None:
    (site.home / "keys" / "log.pem").unlink()
    assert site.assay("init").status == 2


def with_trust_of_another_log(site: Site) -> None:
    other = new_site(site.folder / "other", advisories=False)
    site.trust.write_bytes(other.trust.read_bytes())


DAMAGED: Final = (
    "[tampered] not an intact SQLite database: {fault}, at {}/shop/.assay/log.sqlite "
    "(keep the file for the inquiry, and restore a copy that verifies)"
)
STATES: Final[dict[str, State]] = {
    "half a store": (
        lambda site: site.log.write_bytes(site.log.read_bytes()[: site.log.stat().st_size // 2]),
        1,
        DAMAGED.replace("{fault}", "database disk image is malformed"),
    ),
    "a page of the store zeroed": (
        overwrite_page,
        1,
        DAMAGED.replace("{fault}", "database disk image is malformed"),
    ),
    "a store that is none": (
        lambda site: site.log.write_text("no store" * 1000),
        1,
        DAMAGED.replace("{fault}", "file is not a database"),
    ),
    "an empty store": (
        lambda site: site.log.write_bytes(b""),
        2,
        "[usage] not an Assay log, at {}/shop/.assay/log.sqlite (assay init makes one)",
    ),
    "a store that has gone": (
        lambda site: site.log.unlink(),
        1,
        (
            "[tampered] the log has gone, of which entries were seen, at {}/shop/.assay/log.sqlite "
            "(restore it; or set ASSAY_DATABASE, if it is in PostgreSQL; or remove {}/shop/.assay "
            "and begin a new one)"
        ),
    ),
    "init not run": (
        without_log,
        2,
        (
            "[usage] this repository has no log yet, at {}/shop/.assay/log.sqlite "
            "(run: assay init {}/shop)"
        ),
    ),
    "a file for a folder": (
        with_a_file_for_a_folder,
        2,
        (
            "[usage] this repository has no log yet, at {}/shop/.assay/log.sqlite "
            "(run: assay init {}/shop)"
        ),
    ),
    "a store without its name": (
        lambda site: (site.top / ".assay" / "origin").unlink(),
        2,
        (
            "[usage] the name of the log is missing, at {}/shop/.assay/origin "
            "(it is the first line of the log's checkpoint, which is among the anchors)"
        ),
    ),
    "a name that is none": (
        lambda site: (site.top / ".assay" / "origin").write_text("two words"),
        2,
        "[usage] 'two words' cannot name a log, at {}/shop/.assay/origin",
    ),
    "another log's name": (
        lambda site: (site.top / ".assay" / "origin").write_text("assay.local/other"),
        2,
        (
            "[usage] a log of '{log}', where 'assay.local/other' is asked for, "
            "at {}/shop/.assay/log.sqlite"
        ),
    ),
    "no keys": (
        lambda site: shutil.rmtree(site.home / "keys"),
        2,
        "[usage] no identity key, at {}/home/keys/identity.key (run: assay init)",
    ),
    "one key less": (
        lambda site: (site.home / "keys" / "identity.key").unlink(),
        2,
        "[usage] no identity key, at {}/home/keys/identity.key (run: assay init)",
    ),
    "a key that others may read": (
        lambda site: (site.home / "keys" / "signer.pem").chmod(0o644),
        2,
        (
            "[usage] a private file that others may read, at {}/home/keys/signer.pem "
            "(chmod 600 {}/home/keys/signer.pem)"
        ),
    ),
    "a key that is none": (
        lambda site: (site.home / "keys" / "log.pem").write_text("no key"),
        1,
        "[malformed] not a private key in PEM, at {}/home/keys/log.pem",
    ),
    "an identity key that is too long": (
        lambda site: (site.home / "keys" / "identity.key").write_bytes(bytes(33)),
        2,
        "[usage] 33 bytes where 32 are needed, at {}/home/keys/identity.key",
    ),
    "keys of somebody else": (
        with_keys_of_somebody_else,
        2,
        (
            "[usage] the trust root does not name key {key}, by which statements are signed here, "
            "at {trust} (choose one that it names: ASSAY_SIGNER, {}/home/config.toml or "
            "{}/home/keys; or have the owners name this one: assay trust propose)"
        ),
    ),
    "the log key of somebody else": (
        with_log_key_of_somebody_else,
        2,
        (
            "[usage] the key of the log here is not the one that the trust root names, at {trust} "
            "(choose that one: ASSAY_LOG_SIGNER, {}/home/config.toml or {}/home/keys; a new one "
            "for it: assay log rotate)"
        ),
    ),
    "no trust root": (
        lambda site: site.trust.unlink(),
        2,
        (
            "[usage] no trust root for the log '{log}', at {trust} "
            "(set ASSAY_HOME to the folder that it was made with, or run: assay init)"
        ),
    ),
    "a trust root that is none": (
        lambda site: site.trust.write_text("{"),
        1,
        (
            "[malformed] not strict JSON: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1), at {trust}"
        ),
    ),
    "an anchor that is none": (
        lambda site: site.anchor.write_text("no note"),
        1,
        "[malformed] not a signed note, at anchor.checkpoint",
    ),
    "advisories that are none": (
        lambda site: (site.home / "advisories" / "feeds.json").write_text("no list"),
        1,
        (
            "[malformed] not strict JSON: Expecting value: line 1 column 1 (char 0), "
            "at {}/home/advisories/feeds.json"
        ),
    ),
}


@pytest.mark.parametrize(("damage", "status", "message"), STATES.values(), ids=STATES)
def test_state(site: Site, damage: Damage, status: int, message: str) -> None:
    names = {"{log}": origin(site), "{trust}": str(site.trust), "{}": str(site.folder)}
    damage(site)
    if "{key}" in message:
        signer = load_key_file(site.home / "keys" / "signer.pem")
        names["{key}"] = signer.public.key_id[:16]
    for name, value in names.items():
        message = message.replace(name, value)
    answer = site.assay("check", "--json")
    assert answer.outcome == (status, message)
    assert answer.document.field("schema").text() == "assay.error/v1"
    assert not answer.document.optional("verdict")


def test_a_trust_root_of_another_log(site: Site) -> None:
    with_trust_of_another_log(site)
    status, message = site.assay("check").outcome
    assert status == 2
    assert message.startswith("[usage] a trust root for the log 'assay.local/")
    assert message.endswith(
        f", where '{origin(site)}' is opened, at {site.trust} "
        "(put back the trust root that assay init made)"
    )
    assert site.assay("init").outcome == (status, message)


def test_the_home_of_somebody_else(site: Site) -> None:
    other = {"ASSAY_HOME": str(new_site(site.folder / "other", advisories=False).home)}
    assert site.assay("check", environment=other).outcome == (
        2,
        (
            f"[usage] no trust root for the log '{origin(site)}', at {other['ASSAY_HOME']}/trust/"
            f"{site.trust.name} (set ASSAY_HOME to the folder that it was made with, or run: "
            "assay init)"
        ),
    )
    assert site.assay("init", environment=other).outcome == (
        2,
        (
            f"[usage] the log '{origin(site)}' was made under another ASSAY_HOME, at {site.log} "
            "(set ASSAY_HOME to that folder; or move this one away, and begin a new log)"
        ),
    )


@pytest.mark.parametrize("damage", ["an empty store", "a store that has gone"])
def test_init_does_not_begin_a_new_log_where_one_was(site: Site, damage: str) -> None:
    STATES[damage][0](site)
    answer = site.assay("init")
    assert (answer.status, answer.err[:10]) == (1, "[tampered]")


def test_an_interrupted_init_is_finished(site: Site) -> None:
    """The log had its name and its file, and no tables yet."""
    site.anchor.unlink()
    site.log.write_bytes(b"")
    assert site.assay("check").status == 2
    assert site.assay("init").outcome == (0, "")
    assert site.intact() == 0


def test_a_store_that_may_not_be_written(site: Site) -> None:
    site.log.chmod(0o444)
    site.log.parent.chmod(0o555)
    answer = site.assay_as_anybody("check", "--json")
    site.log.parent.chmod(0o755)
    assert answer.outcome == (
        3,
        f"[unavailable] the database cannot be written, at {site.log} (check its permissions)",
    )
    assert answer.document.field("code").text() == "unavailable"


def test_a_store_that_may_not_be_read(site: Site) -> None:
    site.log.chmod(0)
    assert site.assay_as_anybody("log", "verify").outcome == (
        3,
        f"[unavailable] the database cannot be opened, at {site.log} (check its permissions)",
    )


def test_a_home_inside_the_repository(site: Site) -> None:
    inside = site.top / "home"
    assert site.assay("init", environment={"ASSAY_HOME": str(inside)}).outcome == (
        2,
        (
            "[usage] a private key inside a Git repository, where it would be committed sooner or "
            f"later, at {site.top} (keep it under the data folder of assay)"
        ),
    )
    assert not inside.exists()


def test_advisories_that_were_never_imported(site: Site) -> None:
    shutil.rmtree(site.home / "advisories")
    answer = site.assay("check", "--json")
    assert answer.outcome == (3, "")
    assert answer.document.field("verdict").text() == "UNKNOWN"
    [gap] = answer.document.field("notChecked").items()
    assert (gap.field("what").text(), gap.field("where").text()) == ("advisory data", "PyPI")
    assert gap.field("why").text() == "no advisories here; components: 1"


TOO_LONG: Final = "#" * 262_145
CONFIGURATIONS: Final[dict[str, tuple[str | bytes, str]]] = {
    "not TOML": (
        "product",
        (
            "not TOML: Expected '=' after a key in a key/value pair (at end of document), "
            "at assay.toml"
        ),
    ),
    "not UTF-8": (
        b"\xff",
        (
            "not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte, "
            "at assay.toml"
        ),
    ),
    "an unknown key": (
        "[gate.source]\nvulnerabilites = 'low'\n",
        (
            "unknown key 'vulnerabilites', at assay.toml: gate.source.vulnerabilites "
            "(did you mean 'vulnerabilities'?)"
        ),
    ),
    "an unknown key that writes to the terminal": (
        '"\\u001b[31m" = 1\n',
        (
            "unknown key '\\x1b[31m', at assay.toml: \\x1b[31m "
            "(known here: product, gate, exclude, policy, scan)"
        ),
    ),
    "an unknown severity": (
        "[gate.source]\ncode = 'bad'\n",
        (
            "'bad' is no severity, at assay.toml: gate.source.code "
            "(one of ['critical', 'high', 'medium', 'low', 'info'])"
        ),
    ),
    "too long": (TOO_LONG, "262145 bytes, where at most 262144 are read, at assay.toml"),
    "a policy folder that is not there": (
        "[policy]\nfolder = 'rules'\n",
        "no rules (*.rego) in 'rules', at assay.toml: policy.folder",
    ),
}


@pytest.mark.parametrize(("content", "message"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_configuration(site: Site, content: str | bytes, message: str) -> None:
    site.repo.commit("Configure", files={"assay.toml": content})
    answer = site.assay("check", "--json")
    assert answer.outcome == (2, f"[usage] {message}")
    assert answer.document.field("code").text() == "usage"


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_configuration_that_is_no_file(site: Site, kind: str) -> None:
    if kind == "link":
        site.repo.symlink("assay.toml", "/etc/hostname")
    else:
        site.repo.write("assay.toml/inside", "")
    site.repo.commit("Configure")
    assert site.assay("check").outcome == (
        2,
        "[usage] not a regular file in the commit, at assay.toml",
    )


def test_no_configuration_means_the_defaults(checked_site: Site) -> None:
    assert "assay.toml" not in TREE
    assert not (checked_site.top / "assay.toml").exists()
    check = (checked_site.folder / "check.json").read_text()
    assert '"verdict":"PASSED"' in check.replace(" ", "")


def test_two_checks_at_once(site: Site) -> None:
    with site.started("check", "--json") as one, site.started("check", "--json") as other:
        ends = [child.communicate(timeout=120) for child in (one, other)]
        assert [
            (child.returncode, end[1]) for child, end in zip((one, other), ends, strict=True)
        ] == [
            (0, b""),
            (0, b""),
        ]
    assert site.intact() > 15  # what both say alike within one second is recorded once
    assert list(site.temporary.iterdir()) == []
