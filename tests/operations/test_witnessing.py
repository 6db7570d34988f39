"""Which checkpoints count as witnessed, and what is said where none does."""

from pathlib import Path

import pytest

from assay.core.errors import UnavailableError, UsageError
from assay.operations.cosign_log import cosign_log
from assay.operations.initialise import initialise
from assay.operations.rotate_log import rotate_log
from assay.operations.witnessing import newest_witnessed, required_checkpoint
from tests.fakes.gitrepo import GitRepo
from tests.operations.logkit import ask_for, running
from tests.operations.run import ENTRIES, clock, ledger, told
from tests.operations.site import Site, empty_site


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_witnesses_saw_before_a_new_key_is_not_enough(here: Site) -> None:
    """Whoever knows only the new key can verify none of it."""
    with running(here, hours=9) as witness:
        ask_for(here, witness.key, quorum=1, hours=1)
        cosign_log(here.top, urls=(witness.url,), keys=(), clock=clock(hours=2))
        rotate_log(
            here.top, log_signer="", reason="retired", since="", draft=None, clock=clock(hours=3)
        )
    with ledger(here, hours=4) as opened:
        assert opened.store.size > ENTRIES
        assert newest_witnessed(opened, at_least=1) is None
        with pytest.raises(UnavailableError) as caught:
            required_checkpoint(opened, at_least=1)
    assert told(caught.value, here) == (
        "[unavailable] no checkpoint over 1 entry is cosigned by as many witnesses as the trust "
        "root asks for: 1, at {}/shop/.assay/log.sqlite (run: assay log cosign)"
    )


def test_an_empty_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = empty_site(tmp_path / "site")
    GitRepo(site.top).commit("Begin", files={"a": "b"})
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    initialise(site.top, clock=clock())
    with ledger(site) as opened, pytest.raises(UsageError) as caught:
        required_checkpoint(opened, at_least=1)
    assert told(caught.value, site) == "[usage] the log is empty, at {}/shop/.assay/log.sqlite"
