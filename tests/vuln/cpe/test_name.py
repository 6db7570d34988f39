import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError
from assay.vuln.cpe.name import MAX_CPE, CpeName, parse_cpe

PLAIN = string.ascii_letters + string.digits + "_.-"
SPECIAL = "!\"#$%&'()+,/:;<=>@[]^`{|}~\\*?"
PIECES = st.sampled_from([*PLAIN, *(f"\\{c}" for c in SPECIAL)])
VALUES = st.one_of(
    st.sampled_from(["*", "-"]),
    st.builds(
        lambda start, middle, end: f"{start}{''.join(middle)}{end}",
        st.sampled_from(["", "*", "?", "??"]),
        st.lists(PIECES, min_size=1, max_size=8),
        st.sampled_from(["", "*", "?", "??"]),
    ),
)
NAMES = st.tuples(st.sampled_from("aoh"), *[VALUES] * 10).map(
    lambda attributes: "cpe:2.3:" + ":".join(attributes)
)

READ = {
    "formatted": (
        "cpe:2.3:a:OpenSSL:openssl:1.0.2:k:*:*:*:*:*:*",
        CpeName(part="a", vendor="openssl", product="openssl", version="1.0.2", update="k"),
    ),
    "escapes": (
        r"cpe:2.3:a:f\-s:a\:b:1\.0:-:*:*:*:node\.js:*:*",
        CpeName(
            part="a", vendor="f-s", product=r"a\:b", version="1.0", update="-", target_sw="node.js"
        ),
    ),
    "a-hyphen": (
        r"cpe:2.3:a:v:p:\-:-:*:*:*:*:*:*",
        CpeName(part="a", vendor="v", product="p", version=r"\-", update="-"),
    ),
    "uri": (
        "cpe:/o:debian:debian_linux:12",
        CpeName(part="o", vendor="debian", product="debian_linux", version="12"),
    ),
    "uri-without-a-version": ("cpe:/a:v:p::u1", CpeName(part="a", vendor="v", product="p", update="u1")),
    "packed": (
        "cpe:/a:v:p:1:-:~e~pro~wordpress~x64~o:en",
        CpeName(
            part="a", vendor="v", product="p", version="1", update="-", edition="e",
            sw_edition="pro", target_sw="wordpress", target_hw="x64", other="o", language="en",
        ),
    ),
    "percent-one": ("cpe:/a:v:p:1%01", CpeName(part="a", vendor="v", product="p", version="1?")),
    "percent": ("cpe:/a:v:c%2b%2b:1.%02", CpeName(part="a", vendor="v", product=r"c\+\+", version="1.*")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), READ.values(), ids=READ)
def test_read(text: str, name: CpeName) -> None:
    assert parse_cpe(text) == name


@given(NAMES)
def test_what_is_written_is_read_back(text: str) -> None:
    name = parse_cpe(text)
    assert parse_cpe(str(name)) == name
    assert str(parse_cpe(str(name))) == str(name)


@given(st.text())
def test_any_text_is_read_or_malformed(text: str) -> None:
    for prefix in ("", "cpe:2.3:a:", "cpe:/a:"):
        with suppress(MalformedError):
            parse_cpe(prefix + text)


REFUSED = {
    "nothing": ("", "[malformed] '' is no CPE name"),
    "another": ("pkg:pypi/shop", "[malformed] 'pkg:pypi/shop' is no CPE name (cpe:2.3:a:"),
    "too-few": ("cpe:2.3:a:v:p", "[malformed] 'cpe:2.3:a:v:p' has 3 attributes (CPE 2.3 has 11)"),
    "part": ("cpe:/x:v:p", "[malformed] 'cpe:/x:v:p' is of the unknown part 'x'"),
    "inside": (
        "cpe:2.3:a:v:p:1*2:*:*:*:*:*:*:*",
        "[malformed] 'cpe:2.3:a:v:p:1*2:*:*:*:*:*:*:*' has the attribute '1*2'",
    ),
    "empty": (
        "cpe:2.3:a:v::1:*:*:*:*:*:*:*",
        "[malformed] 'cpe:2.3:a:v::1:*:*:*:*:*:*:*' has the attribute ''",
    ),
    "line": ("cpe:/a:v\n:p", r"[malformed] 'cpe:/a:v\n:p' is no CPE name"),
    "escaped-line": ("cpe:/a:v%0a:p", "[malformed] 'cpe:/a:v%0a:p' has the attribute 'v\\n'"),
    "letters": ("cpe:/a:v%c3%a9:p", "[malformed] 'cpe:/a:v%c3%a9:p' has the attribute"),
    "long-uri": ("cpe:/a:v:p:1:2:3:4:5", "[malformed] 'cpe:/a:v:p:1:2:3:4:5' has 8 attributes"),
    "packing": ("cpe:/a:v:p:1:2:~3", "[malformed] 'cpe:/a:v:p:1:2:~3' has the edition '~3'"),
    "too-long": ("cpe:/a:" + "v" * 2000, "[malformed] 'cpe:/a:vvvvv"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_cpe(text)
    assert str(caught.value).startswith(message)


LONG = "v" * 90
LONG_TEXTS = {
    "another": (f"pkg:{LONG}", f"{f'pkg:{LONG}'[:80]!r} is no CPE name"),
    "not printable": (f"cpe:/a:{LONG}\n", f"{f'cpe:/a:{LONG}'[:80]!r} is no CPE name"),
    "too few": (f"cpe:2.3:a:{LONG}", f"{f'cpe:2.3:a:{LONG}'[:80]!r} has 2 attributes"),
    "part": (f"cpe:/x:{LONG}", f"{f'cpe:/x:{LONG}'[:80]!r} is of the unknown part 'x'"),
    "attribute": (
        f"cpe:2.3:a:{LONG}!:p:*:*:*:*:*:*:*:*",
        f"{f'cpe:2.3:a:{LONG}'[:80]!r} has the attribute {LONG[:80]!r}",
    ),
    "too many": (
        f"cpe:/a:{LONG}:3:4:5:6:7:8:9",
        f"{f'cpe:/a:{LONG}'[:80]!r} has 9 attributes",
    ),
    "packing": (
        f"cpe:/a:{LONG}:p:1:2:~{LONG}",
        f"{f'cpe:/a:{LONG}'[:80]!r} has the edition {f'~{LONG}'[:80]!r}",
    ),
    "letters": (
        f"cpe:/a:%c3%a9{LONG}:p",
        f"{f'cpe:/a:%c3%a9{LONG}'[:80]!r} has the attribute {f'%c3%a9{LONG}'[:80]!r}",
    ),
}


@pytest.mark.parametrize(("text", "message"), LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_a_refusal_shows_the_beginning_of_a_long_text(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_cpe(text)
    assert caught.value.what == message


def test_the_longest_name() -> None:
    longest = "cpe:/a:v:" + "p" * (MAX_CPE - len("cpe:/a:v:"))
    assert len(parse_cpe(longest).product) == MAX_CPE - 9
    with pytest.raises(MalformedError):
        parse_cpe(f"{longest}p")
