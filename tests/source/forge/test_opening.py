"""Which forge a repository is on."""

import pytest

from assay.core.errors import UsageError
from assay.source.forge.facts import ForgeRepository
from assay.source.forge.opening import ForgeChoice, find_repository, known_kind, split_remote

NOTHING = ForgeChoice(kind="", url="", path="")
REMOTES = {
    "https://github.com/team/shop.git": ("github.com", "team/shop"),
    "https://user:pw@GitHub.com/team/shop/": ("github.com", "team/shop"),
    "git@github.com:team/shop.git": ("github.com", "team/shop"),
    "ssh://git@git.example.org:2222/team/shop.git": ("git.example.org", "team/shop"),
    "gitlab.com:group/sub/shop": ("gitlab.com", "group/sub/shop"),
    "/srv/git/shop.git": ("", ""),
    "../shop": ("", ""),
    "file:///srv/shop": ("", ""),
    "https://[bad/x": ("", ""),
    "": ("", ""),
}


@pytest.mark.parametrize(("url", "expected"), REMOTES.items())
def test_a_remote(url: str, expected: tuple[str, str]) -> None:
    assert split_remote(url) == expected


def test_what_everybody_knows_follows_from_the_remote() -> None:
    remotes = (("backup", "https://gitlab.com/a/b"), ("origin", "git@github.com:team/shop.git"))
    assert find_repository(remotes, NOTHING) == ForgeRepository(
        kind="github", url="https://api.github.com", path="team/shop"
    )
    assert known_kind(remotes) == ["github"]
    assert known_kind((("origin", "https://git.example.org/a/b"),)) == []


def test_what_the_user_says_counts() -> None:
    remotes = (("origin", "git@git.example.org:team/shop.git"),)
    choice = ForgeChoice(kind="gitea", url="https://git.example.org/api/v1/", path="")
    assert find_repository(remotes, choice) == ForgeRepository(
        kind="gitea", url="https://git.example.org/api/v1", path="team/shop"
    )
    named = ForgeChoice(kind="gitlab", url="", path="group/sub/shop")
    assert find_repository((), named) == ForgeRepository(
        kind="gitlab", url="https://gitlab.com/api/v4", path="group/sub/shop"
    )


REFUSED = {
    "a host that nobody named": (
        (("origin", "https://evil.example/team/shop"),),
        NOTHING,
        (
            "[usage] no forge is known at 'evil.example' (name it: --forge gitlab --url "
            "https://host/api/v4 --name group/project)"
        ),
    ),
    "no remote": (
        (),
        NOTHING,
        (
            "[usage] no remote names a forge (name it: --forge gitlab --url https://host/api/v4 --name "
            "group/project)"
        ),
    ),
    "Gitea without an address": (
        (),
        ForgeChoice(kind="gitea", url="", path="a/b"),
        (
            "[usage] no remote names a forge (name it: --forge gitlab --url https://host/api/v4 --name "
            "group/project)"
        ),
    ),
    "an address alone": (
        (),
        ForgeChoice(kind="", url="https://h/api", path="a/b"),
        "[usage] an address without a kind (add --forge github, gitlab or gitea)",
    ),
    "another kind": (
        (),
        ForgeChoice(kind="svn", url="https://h/api", path="a/b"),
        "[usage] 'svn' is no kind of forge (one of github, gitlab, gitea)",
    ),
    "a path in groups on GitHub": (
        (),
        ForgeChoice(kind="github", url="", path="a/b/c"),
        "[usage] 'a/b/c' names no repository (--name owner/name)",
    ),
    "a way up": (
        (),
        ForgeChoice(kind="gitlab", url="", path="a/../b"),
        "[usage] 'a/../b' names no repository (--name owner/name)",
    ),
    "no path": (
        (),
        ForgeChoice(kind="gitlab", url="", path=""),
        "[usage] '' names no repository (--name owner/name)",
    ),
}


@pytest.mark.parametrize(("remotes", "choice", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(remotes: tuple[tuple[str, str], ...], choice: ForgeChoice, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_repository(remotes, choice)
    assert str(caught.value) == message


def test_each_part_of_a_repository_is_in_its_digest() -> None:
    one = ForgeRepository(kind="github", url="https://a", path="b/c")
    others = (
        ForgeRepository(kind="gitea", url="https://a", path="b/c"),
        ForgeRepository(kind="github", url="https://ab", path="/c"),
        ForgeRepository(kind="github", url="https://a", path="b/d"),
    )
    assert len({one.digest, *(other.digest for other in others)}) == 4
    assert one.digest == ForgeRepository(kind="github", url="https://a", path="B/C").digest
