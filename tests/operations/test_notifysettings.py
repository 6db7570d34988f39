from pathlib import Path

import pytest

from assay.core.errors import AssayError, UsageError
from assay.findings.finding import Severity
from assay.operations.notifysettings import Group, Target, load_settings, parse_settings
from assay.vuln.portfolio.pushing import State
from assay.vuln.ssvc import Decision

WEBHOOK = """
[[notify]]
name = "psirt"
kind = "webhook"
url = "https://hooks.example/assay"
secret = "env:PSIRT_SECRET"
"""
FILE = '\n[[notify]]\nname = "log"\nkind = "file"\npath = "/var/log/alerts.jsonl"\n'


def test_no_file_is_nobody(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "notify.toml").targets == ()


def test_what_is_not_said_leaves_nothing_out(tmp_path: Path) -> None:
    (tmp_path / "notify.toml").write_text(WEBHOOK + FILE)
    assert load_settings(tmp_path / "notify.toml").targets == (
        Target(
            name="psirt",
            kind="webhook",
            where="https://hooks.example/assay",
            secret="env:PSIRT_SECRET",  # noqa: S106  # the name of one
        ),
        Target(name="log", kind="file", where="/var/log/alerts.jsonl"),
    )


def test_a_link_that_leads_nowhere_is_not_nobody(tmp_path: Path) -> None:
    (tmp_path / "notify.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(AssayError) as caught:
        load_settings(tmp_path / "notify.toml")
    assert str(tmp_path / "notify.toml") in str(caught.value)


def test_filters() -> None:
    filters = (
        'minimum = "Attend"\nseverity = "high"\nproducts = ["shop*"]\nowners = ["web team"]\n'
        'deployed = true\nexploited = true\nstates = ["affected", "cleared"]\ngroup = "push"\n'
    )
    assert parse_settings((FILE + filters).encode(), where="notify.toml").targets == (
        Target(
            name="log",
            kind="file",
            where="/var/log/alerts.jsonl",
            minimum=Decision.ATTEND,
            severity=Severity.HIGH,
            products=("shop*",),
            owners=("web team",),
            deployed=True,
            exploited=True,
            states=(State.AFFECTED, State.CLEARED),
            group=Group.PUSH,
        ),
    )


@pytest.mark.parametrize(("said", "parts"), [("", None), ("epss-percent = 10", 10_000)])
def test_from_when_on_something_is_likely(said: str, parts: int | None) -> None:
    assert parse_settings(f"{said}{FILE}".encode(), where="notify.toml").likely == parts


REFUSED = {
    "no percent": (
        "epss-percent = 0" + FILE,
        "[usage] 0 percent, at notify.toml: epss-percent (from 1 to 100)",
    ),
    "too many percent": (
        "epss-percent = 101" + FILE,
        "[usage] 101 percent, at notify.toml: epss-percent (from 1 to 100)",
    ),
    "another table": (
        "[notify-me]\n",
        "[usage] unknown key 'notify-me', at notify.toml: notify-me (did you mean 'notify'?)",
    ),
    "a misspelt filter": (
        FILE + "deploied = true\n",
        (
            "[usage] unknown key 'deploied', at notify.toml: notify[0].deploied "
            "(did you mean 'deployed'?)"
        ),
    ),
    "a member of another kind": (
        FILE + 'url = "https://hooks.example"\n',
        (
            "[usage] unknown key 'url', at notify.toml: notify[0].url (known here: name, kind, "
            "path, minimum, severity, products, owners, deployed, exploited, states, group)"
        ),
    ),
    "no kind": (
        '[[notify]]\nname = "x"\n',
        "[usage] no kind, at notify.toml: notify[0].kind",
    ),
    "a program": (
        '[[notify]]\nname = "x"\nkind = "command"\ncommand = "rm"\n',
        "[usage] 'command', at notify.toml: notify[0].kind (one of webhook, file)",
    ),
    "no name": (
        FILE.replace('"log"', '""'),
        "[usage] no name, at notify.toml: notify[0].name",
    ),
    "one name twice": (
        FILE + FILE,
        "[usage] two targets of one name, at notify.toml: notify[1].name",
    ),
    "a relative path": (
        FILE.replace("/var", "var"),
        "[usage] a relative path, at notify.toml: notify[0].path (write the whole path)",
    ),
    "no secret": (
        WEBHOOK.replace("secret", "#"),
        "[usage] no secret, at notify.toml: notify[0].secret",
    ),
    "a word of SSVC that is none": (
        FILE + 'minimum = "attend"\n',
        "[usage] 'attend', at notify.toml: notify[0].minimum (one of Track, Track*, Attend, Act)",
    ),
    "no severity": (
        FILE + 'severity = "bad"\n',
        (
            "[usage] 'bad', at notify.toml: notify[0].severity "
            "(one of critical, high, medium, low, info, unknown)"
        ),
    ),
    "no state": (
        FILE + 'states = ["new"]\n',
        (
            "[usage] 'new', at notify.toml: notify[0].states[0] "
            "(one of exploited, affected, lapsed, likely, doubtful, vanished, cleared)"
        ),
    ),
    "no pattern": (
        FILE + 'products = [""]\n',
        "[usage] a path pattern has 1 to 256 characters: '', at notify.toml: notify[0].products[0]",
    ),
    "no answer": (
        FILE + 'deployed = "yes"\n',
        "[usage] str where true or false is needed, at notify.toml: notify[0].deployed",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(text.encode(), where="notify.toml")
    assert str(caught.value) == message


@pytest.mark.parametrize("secret", ["hunter2-and-so-on", "env:", "env:A B", "file:relative"])
def test_a_secret_that_is_written_down_is_refused_and_not_repeated(secret: str) -> None:
    text = WEBHOOK.replace("env:PSIRT_SECRET", secret)
    with pytest.raises(UsageError) as caught:
        parse_settings(text.encode(), where="notify.toml")
    assert str(caught.value) == (
        "[usage] a secret is named, and not written, here, at notify.toml: notify[0].secret "
        "(env:NAME or file:PATH)"
    )
