"""Licence expressions: one spelling, and text that is none is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.sbom.licence import MAX_EXPRESSION_CHARACTERS, parse_licence, split_licences

READ = {
    "mit": "MIT",
    "apache-2.0 or (MIT  and BSD-3-clause)": "Apache-2.0 OR (MIT AND BSD-3-Clause)",
    "GPL-2.0-or-later with classpath-exception-2.0": (
        "GPL-2.0-or-later WITH Classpath-exception-2.0"
    ),
    "GPL-2.0+": "GPL-2.0+",
    "DocumentRef-a:LicenseRef-b": "DocumentRef-a:LicenseRef-b",
    "MIT WITH AdditionRef-x": "MIT WITH AdditionRef-x",
    "((MIT))": "((MIT))",
    "(" * 2000 + "MIT" + ")" * 2000: "(" * 2000 + "MIT" + ")" * 2000,
}


@pytest.mark.parametrize(("text", "wanted"), READ.items(), ids=[f"read-{n}" for n in range(8)])
def test_read(text: str, wanted: str) -> None:
    assert parse_licence(text) == wanted
    assert parse_licence(wanted) == wanted


REFUSED = {
    "empty": ("", "the licence expression '' ends too early"),
    "operator-alone": ("AND", "'AND' is no identifier of the SPDX list"),
    "no-second": ("MIT OR", "the licence expression 'MIT OR' ends too early"),
    "no-exception": ("MIT WITH", "the licence expression 'MIT WITH' ends too early"),
    "open": ("(MIT", "the licence expression '(MIT' ends too early"),
    "closed": ("MIT)", "')' cannot stand there in 'MIT)'"),
    "nothing-inside": ("()", "')' cannot stand there in '()'"),
    "two": ("MIT MIT", "'MIT' cannot stand there in 'MIT MIT'"),
    "mixed-case": ("MIT And MIT", "'And' cannot stand there in 'MIT And MIT'"),
    "unlisted": ("Apache 2", "'Apache' is no identifier of the SPDX list"),
    "unlisted-exception": ("MIT WITH x", "'x' is no identifier of the SPDX list"),
    "exception-of-a-group": (
        "(MIT) WITH LLVM-exception",
        "'WITH' cannot stand there in '(MIT) WITH LLVM-exception'",
    ),
    "exception-twice": (
        "MIT WITH LLVM-exception WITH LLVM-exception",
        "'WITH' cannot stand there in 'MIT WITH LLVM-exception WITH LLVM-exception'",
    ),
    "long": (
        "M" * (MAX_EXPRESSION_CHARACTERS + 1),
        "an expression of 10001 characters, at most 10000 are read",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_licence(text)
    assert str(caught.value) == f"[malformed] {message}"


def test_what_is_no_expression_stays_as_it_is() -> None:
    given_ = ["mit", "Apache 2", "MIT", "NOASSERTION", "NONE", " "]
    assert split_licences(given_) == (("MIT",), ("Apache 2",))


@given(st.text(alphabet="()MIT ANDORWH+-:x", max_size=30))
def test_any_text_is_an_expression_or_kept(text: str) -> None:
    licences, raw = split_licences([text])
    assert [parse_licence(found) for found in licences] == list(licences)
    assert raw in {(), (text,)}
