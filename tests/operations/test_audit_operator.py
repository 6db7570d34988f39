"""Whoever runs the log cannot hide that a verdict fell, nor make a change of the trust root alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from assay.core.digest import sha256_of
from assay.evidence.envelope import seal_statement
from assay.evidence.statement import Statement, Subject
from assay.evidence.trustchain import TRUST_ROOT_TYPE, change_statement
from assay.operations.reverify_log import reverify_log
from assay.signing.keys import Signer
from assay.signing.trust import TrustRoot, render_trust_root, trust_root_digest
from tests.operations.auditing import (
    Kit,
    canonical,
    changes_in,
    drop,
    exported,
    following,
    hostile_kit,
)
from tests.operations.fallenkit import FIRST, ask, compromised, first_root, statuses
from tests.operations.kitdamage import STEPS, damaged
from tests.operations.run import check, clock, recorder
from tests.operations.site import Site
from tests.operations.trustkit import (
    moment,
    new_key,
    person,
    pinned,
    update,
    with_key,
    with_revoked,
)


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """A site whose key was revoked, a kit of it in which all holds, and the versions in it."""

    site: Site
    data: bytes

    @property
    def versions(self) -> list[int]:
        return changes_in(self.data)


@pytest.fixture(scope="module")
def revoked(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Revoked:
    site = dated_site.copy(tmp_path_factory.mktemp("revoked") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        compromised(site)
        reverify_log(site.top, record=True, clock=clock(hours=3))
        return Revoked(site=site, data=exported(site, hours=4))


def drop_revocation(kit: Kit, versions: list[int]) -> None:
    drop(kit, versions[-1])


def drop_middle(kit: Kit, versions: list[int]) -> None:
    drop(kit, versions[1])


def drop_all_changes(kit: Kit, versions: list[int]) -> None:
    for index in versions:
        drop(kit, index)


def drop_withdrawal(kit: Kit, _: list[int]) -> None:
    """Leave out that the verdict fell: it is the last entry about the commit."""
    drop(kit, kit["lists"][0]["entries"][-1])  # type: ignore[index]


def drop_list(kit: Kit, _: list[int]) -> None:
    """Leave out the list of the type, and what only it holds."""
    gone = kit["lists"].pop()
    left = {index for one in kit["lists"] for index in one["entries"]}  # type: ignore[attr-defined]
    kit["entries"][:] = [item for item in kit["entries"] if item["index"] in left]
    assert gone["entries"]


def swap_changes(kit: Kit, versions: list[int]) -> None:
    one, other = (next(i for i in kit["entries"] if i["index"] == v) for v in versions[1:])
    for name in ("envelope", "path"):
        one[name], other[name] = other[name], one[name]


def swap_in_list(kit: Kit, _: list[int]) -> None:
    kit["lists"][-1]["entries"].reverse()  # type: ignore[attr-defined]


LEFT_OUT: Final[dict[str, tuple[Callable[[Kit, list[int]], None], str, str]]] = {
    "the revocation": (
        drop_revocation,
        "2 entries, where the index counts 3, at ",
        "not what the log has for urn:assay:predicate:trust-root:v2",
    ),
    "a version in the middle": (
        drop_middle,
        "2 entries, where the index counts 3, at ",
        "not what the log has for urn:assay:predicate:trust-root:v2",
    ),
    "all versions": (
        drop_all_changes,
        "0 entries, where the index counts 3, at ",
        "not what the log has for urn:assay:predicate:trust-root:v2",
    ),
    "the list of versions": (
        drop_list,
        "the kit has no list of all entries for 'urn:assay:predicate:trust-root:v2'",
        "not all lists, one twice",
    ),
    "the verdict that withdraws": (
        drop_withdrawal,
        "where the index counts",
        "not what the log has for gitCommit:",
    ),
    "versions exchanged": (
        swap_changes,
        "[proof-invalid] a path of 3 hashes, where 2 are needed, at entries[",
        "a path of a wrong length",
    ),
    "versions in another order": (
        swap_in_list,
        "not in the order of a log",
        "a list of entries in another order",
    ),
}


@pytest.mark.parametrize(("damage", "ours", "second"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_left_out(
    revoked: Revoked, damage: Callable[[Kit, list[int]], None], ours: str, second: str
) -> None:
    kit = json.loads(revoked.data)
    damage(kit, revoked.versions)
    answers = ask(revoked.site, canonical(kit))
    assert statuses(answers) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


def test_nothing_left_out(revoked: Revoked) -> None:
    assert statuses(ask(revoked.site, revoked.data)) == (0, 0)


def signed(site: Site, root: TrustRoot, *signers: Signer) -> bytes:
    """Return the change to `root` as the site's key signs it, and others."""
    with recorder(site, hours=2) as opened:
        mine = opened.signers.statements
    return seal_statement(change_statement(root), signers=(mine, *signers))


def fork(site: Site) -> tuple[bytes, ...]:
    """Make two second versions, both signed by the owner, of which only one is shown to some."""
    one = following(site, replace(pinned(site), expires=moment(9000)))
    other = following(site, replace(pinned(site), expires=moment(8000)))
    return signed(site, one), signed(site, other)


def gap(site: Site) -> tuple[bytes, ...]:
    """Record the third version, and never the second."""
    second = following(site, replace(pinned(site), expires=moment(9000)))
    third = replace(
        second, expires=moment(8000), history=(*second.history, trust_root_digest(second))
    )
    return (signed(site, third),)


def other_order(site: Site) -> tuple[bytes, ...]:
    """Record the third version before the second."""
    second = following(site, replace(pinned(site), expires=moment(9000)))
    third = replace(
        second, expires=moment(8000), history=(*second.history, trust_root_digest(second))
    )
    return signed(site, third), signed(site, second)


def back_again(site: Site) -> tuple[bytes, ...]:
    """Record the second version, and then the first one again."""
    second = following(site, replace(pinned(site), expires=moment(9000)))
    _, other = new_key(site, "other")  # the log holds an envelope once: this makes another one
    return signed(site, second), signed(site, pinned(site), other)


def too_few(site: Site) -> tuple[bytes, ...]:
    """Let one owner undo that two must sign."""
    _, ana = new_key(site, "ana")
    grown = (*pinned(site).principals, person("ana", ana, "owner", hours=1))
    second = following(site, replace(pinned(site), principals=grown, owner_threshold=2))
    third = replace(second, owner_threshold=1, history=(*second.history, trust_root_digest(second)))
    return signed(site, second, ana), signed(site, third)


def one_owner_twice(site: Site) -> tuple[bytes, ...]:
    """Sign for two with the two keys of one person."""
    _, ana = new_key(site, "ana")
    _, spare = new_key(site, "spare")
    root = with_key(pinned(site), "local", spare, hours=1)
    grown = (*root.principals, person("ana", ana, "owner", hours=1))
    second = following(site, replace(root, principals=grown, owner_threshold=2))
    third = replace(second, owner_threshold=1, history=(*second.history, trust_root_digest(second)))
    return signed(site, second, ana), signed(site, third, spare)


def own_owners(site: Site) -> tuple[bytes, ...]:
    """Let the new version ask for an owner who did not sign it."""
    _, ana = new_key(site, "ana")
    grown = (*pinned(site).principals, person("ana", ana, "owner", hours=1))
    return (
        signed(site, following(site, replace(pinned(site), principals=grown, owner_threshold=2))),
    )


def vanished(site: Site) -> tuple[bytes, ...]:
    """Put somebody else in the place of everybody."""
    _, mallory = new_key(site, "mallory")
    root = replace(pinned(site), principals=(person("mallory", mallory, hours=0),))
    return (signed(site, following(site, root), mallory),)


def taken_back(site: Site) -> tuple[bytes, ...]:
    """Revoke a key, and take that back."""
    _, new = new_key(site, "next")
    [old] = pinned(site).principals[0].keys
    clean = with_key(pinned(site), "local", new, hours=1)
    second = following(site, with_revoked(clean, old.name, hours=3))
    third = replace(clean, history=(*second.history, trust_root_digest(second)))
    return signed(site, second, new), signed(site, third, new)


def milder(site: Site) -> tuple[bytes, ...]:
    """Call a compromised key a retired one."""
    _, new = new_key(site, "next")
    [old] = pinned(site).principals[0].keys
    clean = with_key(pinned(site), "local", new, hours=1)
    second = following(site, with_revoked(clean, old.name, hours=3))
    retired = with_revoked(clean, old.name, hours=3, reason="retired")
    third = replace(retired, history=(*second.history, trust_root_digest(second)))
    return signed(site, second, new), signed(site, third, new)


def about_another(site: Site) -> tuple[bytes, ...]:
    """File a change under the digest of another one."""
    one = change_statement(following(site, replace(pinned(site), expires=moment(9000))))
    other = change_statement(following(site, replace(pinned(site), expires=moment(8000))))
    with recorder(site, hours=2) as opened:
        mine = opened.signers.statements
    return (seal_statement(replace(one, subjects=other.subjects), signers=(mine,)),)


def twins(site: Site) -> tuple[bytes, ...]:
    """Give a key to two people, so that one signature counts for both."""
    root = following(site, replace(pinned(site), expires=moment(9000)))
    document = json.loads(render_trust_root(root))
    document["principals"].append({**document["principals"][0], "name": "twin"})
    digest = sha256_of(canonical(document))
    statement = Statement(
        subjects=(Subject(name="trust-root", digest=digest),),
        predicate_type=TRUST_ROOT_TYPE,
        predicate={"root": document},
    )
    with recorder(site, hours=2) as opened:
        mine = opened.signers.statements
    return (seal_statement(statement, signers=(mine,)),)


HOSTILE: Final[dict[str, tuple[Callable[[Site], tuple[bytes, ...]], str, str]]] = {
    "a fork": (
        fork,
        f"version 2 does not follow this version 2, at log entry {FIRST + 2}.history",
        "a gap in versions",
    ),
    "a gap": (gap, "version 3 does not follow this version 1", "a gap in versions"),
    "another order": (other_order, "version 3 does not follow this version 1", "a gap in versions"),
    "an older version again": (
        back_again,
        "version 1 does not follow this version 2",
        "a gap in versions",
    ),
    "one owner where two must sign": (
        too_few,
        f"1 trusted keys signed, 2 needed, at log entry {FIRST + 2}.owners of version 2",
        "too few owners of version 2 signed version 3",
    ),
    "one owner with two keys": (
        one_owner_twice,
        f"1 trusted principals signed, 2 needed, at log entry {FIRST + 2}.owners of version 2",
        "too few owners of version 2 signed version 3",
    ),
    "a new owner who did not sign": (
        own_owners,
        f"1 trusted keys signed, 2 needed, at log entry {FIRST + 1}.owners of version 2",
        "too few owners of version 2 signed version 2",
    ),
    "everybody replaced": (vanished, "of 'local' has gone", "a key or identity of local has gone"),
    "a revocation taken back": (
        taken_back,
        "(compromised) is taken back, or weaker",
        "revocation of local fell",
    ),
    "a revocation made milder": (
        milder,
        "(compromised) is taken back, or weaker",
        "revocation of local fell",
    ),
    "a change under another digest": (
        about_another,
        "a statement about something else than its root",
        "a trust root under another digest",
    ),
    "a key with two owners": (twins, " is there twice", "that is there twice"),
}


@pytest.mark.parametrize(("make", "ours", "second"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_operator(
    here: Site, make: Callable[[Site], tuple[bytes, ...]], ours: str, second: str
) -> None:
    """All of it is in the log, proven and complete; the versions do not follow."""
    kept = first_root(here)
    data = hostile_kit(here, *make(here), hours=2)
    for pin in ({"trust_root": kept}, {"log_key": pinned(here).log_key}):
        answers = ask(here, data, **pin)
        assert statuses(answers) == (1, 1), answers
        assert ours in answers.said
        assert second in answers.second_said


def test_the_same_version_recorded_again(here: Site) -> None:
    """It changes nothing, and is no fork."""
    kept = first_root(here)
    root = following(here, replace(pinned(here), expires=moment(9000)))
    _, other = new_key(here, "other")
    data = hostile_kit(here, signed(here, root), signed(here, root, other), hours=2)
    assert len(changes_in(data)) == 3
    assert statuses(ask(here, data, trust_root=kept)) == (0, 0)


def test_an_owner_signed_for_an_expired_root(here: Site) -> None:
    """Nothing new counts under it but the owners' own changes; what was before stays."""
    kept = first_root(here)
    update(here, replace(pinned(here), expires=moment(1)), hours=2)
    update(here, replace(pinned(here), expires=moment(9000)), hours=3)
    check(here, hours=4)
    data = exported(here, hours=5)
    assert statuses(ask(here, data, trust_root=kept)) == (0, 0)


@pytest.mark.slow
def test_both_agree_on_much_damage(revoked: Revoked) -> None:
    """As of a kit with one version: whatever is changed anywhere, both refuse."""

    @settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def agreed(steps: list[tuple[int, int, int]]) -> None:
        data = damaged(revoked.data, steps)
        answers = ask(revoked.site, data)
        expected = (0, 0) if data == revoked.data else (1, 1)
        assert statuses(answers) == expected, (steps, answers)

    agreed()
