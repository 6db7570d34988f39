"""What several tools call by different names, and is one weakness: families of CWEs, and of rules.

A family is named by its best-known member. It holds weaknesses that tools name for the very same
line, mostly a parent and its children in MITRE's research view (CWE-1000); each has its reason.
What is in no family stands for itself, and so does a rule that names no weakness: nothing is ever
joined because it sounds alike. Families only bring together what is at one place in one file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_CWE: Final = re.compile(r"CWE[-_ ]?0*([0-9]{1,7})\b", re.IGNORECASE)
_BANDIT_IN_RUFF: Final = re.compile(r"S([0-9]{3})\Z")  # ruff's S rules have bandit's numbers


@dataclass(frozen=True, slots=True)
class Family:
    """The weaknesses that count as one, by number, why they do, and what they let others do."""

    members: tuple[int, ...]
    reason: str
    risk: str


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "CWE-22": Family(
            tuple(range(22, 41)),
            "22 is the parent of 23 (relative) and 36 (absolute), and those of 24 to 40; which of "
            "them it is depends on the input, not on the line",
            "Who chooses the path reads or writes files that were never meant for them.",
        ),
        "CWE-78": Family(
            (77, 78, 88),
            "78 and 88 are children of 77; one call often has both",
            "Who controls part of the command runs programs with the rights of this one.",
        ),
        "CWE-79": Family(
            (79, 80, 81, 83, 84, 85, 86, 87),
            "80 to 87 are variants of 79 by where the text lands",
            "Who controls the text runs scripts in the browsers of others, and acts in their name.",
        ),
        "CWE-89": Family(
            (89, 564, 943),
            "943 is the parent of 89, 564 its variant in one library",
            "Who controls part of the query reads and changes what is in the database.",
        ),
        "CWE-94": Family(
            (94, 95, 96, 1336),
            "95, 96 and 1336 are children of 94: eval, saved code, templates",
            "Who controls the text runs code with the rights of this program.",
        ),
        "CWE-119": Family(
            (119, 120, 121, 122, 124, 125, 126, 127, 787, 788, 805, 806),
            "all lie outside one buffer below 119; read or write, heap or stack is seldom known",
            "Who controls the length or the index reads memory, or takes over the process.",
        ),
        "CWE-285": Family(
            (285, 639, 862, 863),
            "862 and 863 are children of 285, 639 of 863",
            "Whoever is logged in, or anybody, does what only some may do.",
        ),
        "CWE-295": Family(
            (295, 296, 297, 298, 299, 599),
            "children of 295: which check of a certificate is off",
            "Whoever is on the network path reads and changes what was thought to be encrypted.",
        ),
        "CWE-327": Family(
            (326, 327, 328, 916),
            "of one weak algorithm some say broken, others too weak, or name the hash",
            "What is protected so can be read, forged or guessed with known means.",
        ),
        "CWE-330": Family(
            (330, 331, 335, 336, 337, 338),
            "children of 330: why a random number can be foretold",
            "Tokens and keys made so can be foretold.",
        ),
        "CWE-377": Family(
            (377, 378, 379),
            "378 and 379 are children of 377",
            "Another user of the machine reads the file, or puts their own in its place.",
        ),
        "CWE-400": Family(
            (400, 770),
            "770 is a child of 400: no limit on what is taken",
            "A few requests, or one peer that stays silent, keep the service from working.",
        ),
        "CWE-502": Family(
            (502,),
            "no parent or child is in use; rules below are joined to it",
            "Who writes the data runs code in whoever reads it.",
        ),
        "CWE-611": Family(
            (611, 776),
            "one parser setting lets in entities that read and that grow",
            "Who writes the document reads files of this machine, or uses up its memory.",
        ),
        "CWE-703": Family(
            (390, 391, 703, 755),
            "390 and 391 are children of 755, and that of 703",
            "A failure passes unseen, and the program goes on in a state that nobody meant.",
        ),
        "CWE-732": Family(
            (276, 277, 278, 279, 281, 732),
            "276 to 281 are children of 732",
            "Other users of the machine read or change what is not theirs.",
        ),
        "CWE-798": Family(
            (259, 321, 798),
            "259 (password) and 321 (key) are children of 798",
            "Everybody who can read the code has the credential, and so has its whole history.",
        ),
    }
)
_BY_NUMBER: Final = {number: name for name, family in FAMILIES.items() for number in family.members}

_XML: Final = tuple(f"B{n}" for n in (*range(313, 321), *range(405, 411)))
_BANDIT: Final[Mapping[str, tuple[str, ...]]] = {
    # Family, and the tests of bandit that belong to it whatever CWE bandit gives them.
    "CWE-22": ("B202",),
    "CWE-78": ("B602", "B603", "B604", "B605", "B606", "B609", "B601", "B404"),
    "CWE-79": ("B308", "B701", "B702", "B703", "B704"),  # what is wrong is the missing escape
    "CWE-89": ("B608", "B610", "B611"),
    "CWE-94": ("B102", "B307"),  # bandit says 78, but nothing here reaches a shell
    "CWE-295": ("B501", "B507", "B323"),
    "CWE-327": ("B303", "B304", "B305", "B324", "B413", "B502", "B503", "B504", "B505"),
    "CWE-330": ("B311",),
    "CWE-377": ("B108", "B306", "B325"),
    "CWE-400": ("B113",),
    "CWE-426": ("B607",),  # a program found in PATH: another problem than a shell in that call
    "CWE-489": ("B201",),
    "CWE-502": ("B301", "B302", "B403", "B506", "B614", "B615"),
    "CWE-611": _XML,
    "CWE-703": ("B101", "B110", "B112"),
    "CWE-732": ("B103",),
    "CWE-798": ("B105", "B106", "B107"),
    "CWE-939": ("B310",),  # a scheme that nobody meant; bandit says 22
    "CWE-1327": ("B104",),
}
# Settings: rules of several tools that ask the same of the same file.
_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "unpinned-uses": ("zizmor/unpinned-uses", "checkov/CKV_GHA_3P"),
    "excessive-permissions": ("zizmor/excessive-permissions", "checkov/CKV2_GHA_1"),
    "image-latest-tag": ("hadolint/DL3007", "checkov/CKV_DOCKER_7", "trivy/DS001"),
    "image-runs-as-root": ("hadolint/DL3002", "checkov/CKV_DOCKER_8", "trivy/DS002"),
    "image-adds-instead-of-copies": ("hadolint/DL3020", "checkov/CKV_DOCKER_4", "trivy/DS005"),
}
_BY_RULE: Final[Mapping[str, str]] = {
    **{f"bandit/{test}": name for name, tests in _BANDIT.items() for test in tests},
    **{rule: name for name, rules in _SETTINGS.items() for rule in rules},
}


def family_of(tool: str, rule: str, weaknesses: Sequence[str]) -> str:
    """Return the family of a report: that of its rule, else of its weaknesses, else `tool/rule`.

    `rule` is the tool's own id; `weaknesses` its CWEs, in its order: of several, the first counts.
    """
    return _family_of(tool, rule, tuple(weaknesses))


@lru_cache(maxsize=4096)  # a report has few rules, and asks for them at every result
def _family_of(tool: str, rule: str, weaknesses: tuple[str, ...]) -> str:
    numbered = _BANDIT_IN_RUFF.match(rule) if tool == "ruff" else None
    name = f"bandit/B{numbered.group(1)}" if numbered else f"{tool}/{rule}"
    known = _BY_RULE.get(name)
    if known is not None:
        return known
    numbers = [int(found.group(1)) for text in weaknesses if (found := _CWE.search(text))]
    if numbers:
        return _BY_NUMBER.get(numbers[0], f"CWE-{numbers[0]}")
    return name
