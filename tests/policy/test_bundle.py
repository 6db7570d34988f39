"""Bundles: what is refused before the engine sees it, and what the digest covers."""

import pytest

from assay.core.errors import AssayError
from assay.policy.bundle import MAX_FILE_BYTES, join_packs, load_bundle, load_default_pack
from tests.policy.packs import BODY, METADATA, named_rule, rule

LIBRARY = b"package lib.words\n\nshout(text) := upper(text)\n\nlimit := 3\n"
REFUSED = {
    "another kind of file": (
        {"data.json": b"{}"},
        "[malformed] a policy pack holds .rego files only, at 'data.json'",
    ),
    "too long": (
        {"a.rego": b"#" * (MAX_FILE_BYTES + 1)},
        "[malformed] 262145 bytes, where at most 262144 are read, at a.rego",
    ),
    "not UTF-8": ({"a.rego": b"package a\xff"}, "[malformed] not UTF-8, at a.rego"),
    "too many": (
        {f"{i}.rego": b"" for i in range(1001)},
        "[malformed] 1001 policy files, where at most 1000 are read",
    ),
    "a rule twice": (
        {"a.rego": rule(), "b/a.rego": rule()},
        "[malformed] the package rules.source.sample, which is at a.rego already, at b/a.rego",
    ),
    "a rule without metadata": (
        {"a.rego": rule(metadata="")},
        "[malformed] no '# METADATA' on the first line, at a.rego:1",
    ),
    "a package that is not the rule's": (
        {"a.rego": rule(package="package rules.source.other\n\n")},
        (
            "[malformed] package rules.source.other for the rule source.sample, at a.rego "
            "(package rules.source.sample)"
        ),
    ),
    "no reasons": (
        {"a.rego": rule('verdict := "PASSED"\n')},
        "[malformed] the rule defines no reasons, at a.rego",
    ),
    "no verdict": (
        {"a.rego": rule("reasons := []\n")},
        "[malformed] the rule defines no verdict, at a.rego",
    ),
    "a test that adds to a rule": (
        {"a_test.rego": b"package rules.source.sample\n\nverdict := true\n"},
        "[malformed] package rules.source.sample, at a_test.rego (package tests.<name>)",
    ),
    "a library inside a library": (
        {"a.rego": b"package lib.words.deep\n\nx := 1\n"},
        "[malformed] package lib.words.deep, at a.rego (package lib.<name>)",
    ),
    "a library that reads the document": (
        {"a.rego": b"package lib.words\n\nx := input.y\n"},
        "[malformed] only a rule reads input, at a.rego (take it as an argument)",
    ),
    "unknown function": (
        {"a.rego": rule(BODY + "other := http.send({})\n")},
        (
            "[malformed] 'http.send' is neither an accepted function nor defined in the bundle, "
            "at a.rego:22"
        ),
    ),
    "unknown function of a library": (
        {"a.rego": rule(BODY + "other := data.lib.words.whisper(1)\n"), "lib.rego": LIBRARY},
        (
            "[malformed] 'lib.words.whisper' is neither an accepted function nor defined in the "
            "bundle, at a.rego:22"
        ),
    ),
    "a value that is called, which crashes the engine": (
        {"a.rego": rule(BODY + "other := 3\n\nmore := other()\n")},
        (
            "[malformed] 'other' is neither an accepted function nor defined in the bundle, "
            "at a.rego:24"
        ),
    ),
    "a library that only a test brings": (
        {
            "a.rego": rule(BODY + "other := data.lib.words.limit\n"),
            "lib_test.rego": b"package tests.lib\n\nlimit := 3\n",
        },
        (
            "[malformed] 'lib.words.limit' is neither an accepted function nor defined in the "
            "bundle, at a.rego:22"
        ),
    ),
}
FORBIDDEN = (
    "http.send({})",
    "opa.runtime()",
    "time.now_ns()",
    'rand.intn("x", 3)',
    'uuid.rfc4122("x")',
    'net.lookup_ip_addr("x")',
    'io.jwt.decode("x")',
    "rego.metadata.rule()",
    "print(1)",
    'sprintf("%9999999999d", [1])',
    "numbers.range(1, 1000000000)",
    'crypto.sha256("x")',
    "walk([1])",
)


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(AssayError) as caught:
        load_bundle(files)
    assert str(caught.value) == message


@pytest.mark.parametrize("call", FORBIDDEN)
def test_functions_that_see_the_world_or_the_clock_are_refused(call: str) -> None:
    name = call.partition("(")[0]
    with pytest.raises(AssayError) as caught:
        load_bundle({"a.rego": rule(f"{BODY}other := {call}\n")})
    assert str(caught.value) == (
        f"[malformed] {name!r} is neither an accepted function nor defined in the bundle, "
        "at a.rego:22"
    )


def test_no_files_are_a_bundle_without_rules() -> None:
    assert load_bundle({}).rules == ()


def test_rules_come_in_the_order_of_their_ids() -> None:
    files = {**named_rule("zebra"), **named_rule("ant")}
    bundle = load_bundle({"b/1.rego": files["zebra.rego"], "a/2.rego": files["ant.rego"]})
    assert [rule.metadata.id for rule in bundle.rules] == ["source.ant", "source.zebra"]
    found = bundle.find_rule("source.ant")
    assert found is not None
    assert found.entry_point == "rules/source/ant"
    assert bundle.find_rule("source.bee") is None


def test_a_rule_uses_a_library() -> None:
    body = BODY.replace('"here"', "data.lib.words.shout(item.where)")
    bundle = load_bundle({"a.rego": rule(body), "lib.rego": LIBRARY})
    assert [module.package for module in bundle.library] == ["lib.words"]


def test_the_digest_covers_what_decides_and_nothing_else() -> None:
    digest = load_bundle({"a.rego": rule(), "lib.rego": LIBRARY}).digest
    moved = load_bundle({"x/b.rego": rule(), "lib.rego": LIBRARY})
    tested = load_bundle(
        {
            "a.rego": rule(),
            "lib.rego": LIBRARY,
            "a_test.rego": b"package tests.a\n\ntest_x := true\n",
        }
    )
    other_rule = load_bundle({"a.rego": rule(BODY + "\n"), "lib.rego": LIBRARY})
    other_text = load_bundle(
        {"a.rego": rule(metadata=METADATA.replace("What to do", "Do it")), "lib.rego": LIBRARY}
    )
    other_library = load_bundle({"a.rego": rule(), "lib.rego": LIBRARY + b"\n"})
    assert digest == moved.digest == tested.digest
    assert len({digest, other_rule.digest, other_text.digest, other_library.digest}) == 4


def test_packs_are_joined_under_their_names() -> None:
    joined = join_packs({"default": {"a.rego": b"1"}, "own": {"a.rego": b"2"}})
    assert joined == {"default/a.rego": b"1", "own/a.rego": b"2"}


@pytest.mark.parametrize("name", ["", "a/b"])
def test_the_name_of_a_pack_is_one_word(name: str) -> None:
    with pytest.raises(AssayError) as caught:
        join_packs({name: {}})
    assert str(caught.value) == f"[usage] {name!r} as the name of a policy pack"


def test_the_default_pack_is_a_bundle() -> None:
    assert len(load_bundle(load_default_pack()).rules) >= 8
