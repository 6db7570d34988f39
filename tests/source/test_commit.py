import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.source.commit import Person, SignatureKind, parse_commit, signed_bytes

TREE = b"tree " + b"12" * 20 + b"\n"
PARENT = b"parent " + b"34" * 20 + b"\n"
AUTHOR = b"author Ann Other <ann@example.org> 1767268800 +0200\n"
COMMITTER = b"committer Bo <bo@example.org> 1767268860 -0330\n"


def armour(kind: bytes) -> bytes:
    return b"-----BEGIN " + kind + b"-----\n \n AAAA\n -----END " + kind + b"-----\n"


GPG, SSH, X509 = armour(b"PGP SIGNATURE"), armour(b"SSH SIGNATURE"), armour(b"SIGNED MESSAGE")


def test_a_commit_is_read() -> None:
    commit = parse_commit(TREE + PARENT + PARENT + AUTHOR + COMMITTER + b"\nMessage\n")
    assert commit.tree == "12" * 20
    assert commit.parents == ("34" * 20,) * 2
    assert commit.author == Person(name=b"Ann Other", email=b"ann@example.org", at=1767268800)
    assert commit.committer == Person(name=b"Bo", email=b"bo@example.org", at=1767268860)
    assert commit.signed_with is SignatureKind.NONE


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"gpgsig " + GPG, SignatureKind.GPG),
        (b"gpgsig " + SSH, SignatureKind.SSH),
        (b"gpgsig " + X509, SignatureKind.X509),
        (b"gpgsig-sha256 " + SSH, SignatureKind.OTHER),
        (b"gpgsig something\n", SignatureKind.OTHER),
        (b"gpgsig " + SSH + b"gpgsig " + SSH, SignatureKind.OTHER),
        (b"gpgsig " + SSH + b"gpgsig-sha256 " + GPG, SignatureKind.SSH),
        (b"mergetag object x\n gpgsig " + SSH, SignatureKind.NONE),
        (b"encoding latin-1\n", SignatureKind.NONE),
    ],
)
def test_kinds_of_signatures(header: bytes, kind: SignatureKind) -> None:
    assert parse_commit(TREE + AUTHOR + COMMITTER + header + b"\nx").signed_with is kind


def test_a_signature_in_the_message_is_none() -> None:
    content = TREE + AUTHOR + COMMITTER + b"\ngpgsig " + SSH + b"\n\ngpgsig " + SSH
    assert parse_commit(content).signed_with is SignatureKind.NONE
    assert signed_bytes(content) == content


def test_what_was_signed_is_all_but_the_signature() -> None:
    rest = b"encoding x\nodd a\n b\n"
    content = TREE + AUTHOR + COMMITTER + b"gpgsig " + SSH + rest + b"\nMessage\n\n gpgsig y\n"
    assert signed_bytes(content) == TREE + AUTHOR + COMMITTER + rest + b"\nMessage\n\n gpgsig y\n"
    assert parse_commit(content).signature == SSH.replace(b"\n ", b"\n").rstrip(b"\n")


@pytest.mark.parametrize(
    "line",
    [
        b"author Ann ann@example.org 1 +0000\n",
        b"author Ann <ann@example.org>\n",
        b"author Ann <ann@example.org> soon +0000\n",
        b"author Ann <ann@example.org> 1 0000\n",
        b"author Ann <a<b>@example.org> 1 +0000\n",
        b"author\n",
        b"",
        AUTHOR + AUTHOR,
    ],
)
def test_a_person_that_git_would_not_write(line: bytes) -> None:
    assert parse_commit(TREE + line + COMMITTER + b"\nx").author is None


@pytest.mark.parametrize(
    ("line", "person"),
    [
        (b"<> 0 +0000", Person(name=b"", email=b"", at=0)),
        (b"A <a> -5 +0000", Person(name=b"A", email=b"a", at=-5)),
        (b"A\xff\x1b <\xff> 1 +0000", Person(name=b"A\xff\x1b", email=b"\xff", at=1)),
        (b"A <a> 99999999999999999999 +9999", Person(name=b"A", email=b"a", at=10**20 - 1)),
    ],
)
def test_persons_of_odd_bytes(line: bytes, person: Person) -> None:
    assert parse_commit(TREE + b"author " + line + b"\n\nx").author == person


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a commit that does not begin with its tree"),
        (AUTHOR + TREE, "a commit that does not begin with its tree"),
        (b"tree 12\n", "a commit that does not begin with its tree"),
        (b" " + TREE, "a commit that does not begin with its tree"),
        (TREE + b"parent HEAD\n", "a commit with a parent that is no id"),
    ],
)
def test_malformed(content: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_commit(content)
    assert str(caught.value) == f"[malformed] {message}"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_commit_or_malformed(rest: bytes) -> None:
    commit = parse_commit(TREE + b"x " + rest)
    assert commit.tree == "12" * 20


@given(st.binary(max_size=300))
def test_a_commit_without_a_signature_is_signed_as_it_is(rest: bytes) -> None:
    if b"gpgsig" not in rest:
        assert signed_bytes(TREE + rest) == TREE + rest


def test_the_signature_is_that_of_the_repositorys_hash() -> None:
    """A commit that exists in both forms has one signature for each."""
    tree = b"tree " + b"12" * 32 + b"\n"
    both = b"gpgsig " + SSH + b"gpgsig-sha256 " + GPG + b"\nx"
    assert parse_commit(tree + AUTHOR + COMMITTER + both).signed_with is SignatureKind.GPG


def test_co_authors_are_those_of_the_trailers() -> None:
    message = (
        b"\nTitle\n\nCo-authored-by: Bo <bo@example.org>\n"
        b"  Co-authored-by: indented <no@example.org>\n"
        b"CO-AUTHORED-BY:   <Caro@Example.org>\nCo-authored-by: Bo <bo@example.org>\n"
        b"Co-authored-by: none\nNot-co-authored-by: X <x@example.org>\n"
    )
    found = parse_commit(TREE + AUTHOR + COMMITTER + message).co_authors
    assert found == (b"bo@example.org", b"Caro@Example.org")
