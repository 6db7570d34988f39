"""Which language tags are registered, for private use, or not known here."""

import pytest

from assay.core.verdict import Verdict
from assay.vuln.csaf.languages import is_private, is_registered


@pytest.mark.parametrize(
    ("tag", "known"),
    [
        ("en", Verdict.PASSED),
        ("EN-us", Verdict.PASSED),
        ("zh-Hant-TW", Verdict.PASSED),
        ("es-419", Verdict.PASSED),
        ("de-AT-u-co-phonebk", Verdict.PASSED),
        ("en-x-shop", Verdict.PASSED),
        ("x-shop", Verdict.PASSED),
        ("i-default", Verdict.PASSED),
        ("qtx", Verdict.PASSED),
        ("ez", Verdict.FAILED),
        ("en-QL", Verdict.FAILED),
        ("vec", Verdict.UNKNOWN),
        ("de-1996", Verdict.UNKNOWN),
        ("vec-QL", Verdict.FAILED),
    ],
)
def test_registered(tag: str, known: Verdict) -> None:
    assert is_registered(tag) is known


@pytest.mark.parametrize(
    "tag",
    [
        "qaa",
        "qtz",
        "en-AA",
        "en-QM",
        "en-QZ",
        "en-XA",
        "fr-ZZ",
        "en-Qaaa",
        "en-Qabx",
        "x-a",
        "en-x-a",
    ],
)
def test_private(tag: str) -> None:
    assert is_private(tag)


@pytest.mark.parametrize(
    "tag", ["en", "qua", "en-QA", "en-Qaby", "i-default", "de-AT-u-co-phonebk"]
)
def test_not_private(tag: str) -> None:
    assert not is_private(tag)
