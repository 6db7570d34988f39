"""What the CODEOWNERS file of a commit comes to."""

import copy

import pytest

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.source.owners.facts import (
    MAX_LISTED,
    MAX_MATCHES,
    OwnersFacts,
    describe_owners,
    find_owners,
    guess_dialect,
    parse_owners_facts,
)
from assay.source.owners.file import Dialect, OwnersError
from assay.source.owners.parse import parse_owners
from tests.fakes.trust import NOW

PLACE = ".github/CODEOWNERS"
DIGEST = Digest("gitBlob", "dd" * 20)


def describe(text: str, *paths: str, found: tuple[str, ...] = (PLACE,)) -> OwnersFacts:
    owners = parse_owners(text.encode(), dialect=Dialect.GITHUB)
    return describe_owners(owners, paths, found=found, digest=DIGEST, at=NOW)


def test_who_owns_nothing_and_who_guards_the_file() -> None:
    facts = describe("/src/ @ann\n", PLACE, "src/a", "docs/\x1b[2J")
    assert facts.unowned == (PLACE, "docs/\\x1b[2J")
    assert (facts.unowned_count, facts.guarded, facts.paths, facts.rules) == (2, False, 3, 1)
    assert describe("/.github/ @ann\n", PLACE).guarded


def test_a_file_that_is_not_read() -> None:
    facts = describe("* @ann\n", found=(PLACE, "CODEOWNERS"))
    assert facts.errors == (
        OwnersError(line=0, what="CODEOWNERS is not read: .github/CODEOWNERS comes first"),
    )


def test_lists_are_cut_and_counted() -> None:
    facts = describe("x\n" * 300 + "* bob\n" * 300, *(f"p{i}" for i in range(300)))
    assert (facts.unowned_count, len(facts.unowned)) == (300, MAX_LISTED)
    assert (facts.error_count, len(facts.errors)) == (300, MAX_LISTED)


def test_what_takes_too_long_is_not_done_and_is_said() -> None:
    paths = ("a",) * (MAX_MATCHES // 1000 + 1)
    facts = describe("* @ann\n" * 1000, *paths)
    [gap] = facts.not_checked
    assert str(gap) == (
        f"owners, {PLACE}: 1000 rules for {len(paths)} paths take too long to apply (Join rules, "
        "with patterns for folders.)"
    )
    assert facts.unowned == ()


def test_what_is_written_is_read_back() -> None:
    facts = describe("x bob\n* @ann\n", PLACE)
    assert parse_owners_facts(JsonValue(facts.as_json())) == facts


@pytest.mark.parametrize("name", describe("").as_json())
def test_a_predicate_without_a_member(name: str) -> None:
    document = copy.deepcopy(describe("").as_json())
    del document[name]
    with pytest.raises(MalformedError):
        parse_owners_facts(JsonValue(document))


def test_a_dialect_that_nobody_speaks() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_owners_facts(JsonValue({**describe("").as_json(), "dialect": "svn"}))
    assert str(caught.value) == "[malformed] the dialect 'svn', at dialect"


def test_which_file_each_forge_reads() -> None:
    everywhere = {"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
    first = {dialect: find_owners(everywhere, dialect=dialect)[0] for dialect in Dialect}
    assert first == {
        Dialect.GITHUB: ".github/CODEOWNERS",
        Dialect.GITLAB: "CODEOWNERS",
        Dialect.GITEA: "CODEOWNERS",
    }
    assert find_owners({"src/CODEOWNERS", "codeowners"}, dialect=Dialect.GITHUB) == ()


def test_whose_rules_hold() -> None:
    assert guess_dialect((), forges=("gitea", "github")) is Dialect.GITEA
    assert guess_dialect({".gitlab/CODEOWNERS"}, forges=()) is Dialect.GITLAB
    assert guess_dialect({".forgejo/CODEOWNERS"}, forges=()) is Dialect.GITEA
    assert guess_dialect({"CODEOWNERS"}, forges=()) is Dialect.GITHUB
