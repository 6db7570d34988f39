"""The page about the rules for secrets."""

import inspect
from typing import Final

from assay.scan.secrets.rule import Rule, load_rules
from assay.scan.secrets.validators import VALIDATORS
from docs_pages.markdown import cell, table

INTRO: Final = """\
They are looked for in every object of the repository, also those that no branch leads to, in the
messages of commits and tags, in the index, and in files that are not committed; there also in what
is packed or encoded: zip (jar, whl, docx …), tar, gzip, bzip2, xz, the cells of notebooks, text in
UTF-16, base64 or hex, one in another up to four deep. Its place is then `app.zip!conf/.env:3`. What
is encrypted, damaged, packed otherwise (zstd, 7z, rar) or unpacks to over 64 MiB is named as not
checked. What a match is checked for besides its form is in the last column; a match that cannot
be what its rule says is dropped, one that looks altered or invented is kept at a lower severity.

A second run searches only what is new since the first; nothing but time depends on it
([decision 18](../decisions/0018-caches-under-a-seal.md)). Rules in a `.gitleaks.toml` at HEAD are
searched for too; what its allowlists, a `.gitleaksignore` or a `.secrets.baseline` list stays a
finding and says so
([decision 19](../decisions/0019-foreign-rules-add-and-foreign-lists-do-not-take.md)).

A value that only looks like a secret:
[Leave paths out, or accept one finding](../howto/exclude-paths.md). A real one:
[Answer a leaked secret](../howto/answer-a-leaked-secret.md).
"""


def secrets_page() -> str:
    """Return every rule: what it finds, what that opens, and how to revoke it."""
    rules = load_rules().rules
    parts = [
        "# The rules for secrets\n",
        f"{len(rules)} rules.\n",
        INTRO,
        table(
            ("Rule", "Finds", "Severity", "Opens", "Revoke", "Check"),
            [_row(rule) for rule in rules],
        ),
        "## The checks\n",
        table(
            ("Check", "What it does"),
            [
                (f"`{name}`", cell((inspect.getdoc(check) or "").partition("\n\n")[0]))
                for name, check in sorted(VALIDATORS.items())
            ],
        ),
    ]
    return "\n".join(parts)


def _row(rule: Rule) -> tuple[str, ...]:
    return (
        f"`{rule.id}`",
        cell(rule.title),
        rule.severity.value,
        cell(rule.access),
        cell(rule.revoke),
        f"`{rule.validator}`" if rule.validator else "",
    )
