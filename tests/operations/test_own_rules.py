"""A commit's own policy folder: it adds rules, and can take none away; and exclusions with an end."""

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.checkreport import CheckReport
from assay.operations.list_log import list_log
from assay.operations.material import POLICY_TYPE
from assay.operations.replay_verdict import replay_verdict
from tests.operations.run import check, clock
from tests.operations.site import Site
from tests.scan.secrets.generate import fill

CONFIGURATION = '[policy]\nfolder = "security/policy"\n'
RULE = """\
# METADATA
# title: The product says who owns it
# description: Somebody answers for it.
# custom:
#   id: source.owner-named
#   solution: Add a file OWNERS.
#   stage: source
#   severity: low
#   effect: enforce
#   controls: ["SSDF:PO.2.1"]
package rules.source.owner_named

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

verdict := "PASSED" if count(reasons) == 0

reasons := [reason |
	count(input.source.documents["code-owners"]) == 0
	reason := {"what": "no owner", "where": "OWNERS", "remedy": "Name one.", "finding": ""}
]
"""
OWN = "security/policy/owner.rego"


def rules(report: CheckReport) -> dict[str, Verdict]:
    return {rule.result.rule.id: rule.result.verdict for rule in report.gate.decision.rules}


def commit_rule(site: Site, rule: str, *, configuration: str = CONFIGURATION) -> None:
    site.repo.commit("Add a rule", files={"assay.toml": configuration, OWN: rule})


def test_a_rule_of_its_own_counts(here: Site) -> None:
    before = rules(check(here, hours=1))
    commit_rule(here, RULE)
    report = check(here, hours=2)
    assert report.verdict is Verdict.FAILED
    assert rules(report) == before | {"source.owner-named": Verdict.FAILED}
    here.repo.commit("Name the owner", files={"CODEOWNERS": "* @owner\n"})
    passed = check(here, hours=3)
    assert passed.verdict is Verdict.PASSED
    listed = [entry.predicate_type for entry in list_log(here.top, clock=clock(hours=3))]
    assert listed.count(POLICY_TYPE) == 2  # the default one, and with the rule
    again = replay_verdict(str(report.logged.index), here.top, clock=clock(hours=4))
    assert again.verdict is Verdict.FAILED


def test_without_being_configured_it_does_not(here: Site) -> None:
    commit_rule(here, RULE, configuration="")
    assert "source.owner-named" not in rules(check(here, hours=1))


def test_a_rule_in_the_working_tree_does_not(here: Site) -> None:
    commit_rule(here, RULE)
    here.repo.write(OWN, RULE.replace("source.owner-named", "source.other"))
    assert "source.owner-named" in rules(check(here, hours=1))


REFUSED = {
    "a rule in the place of a default one": (
        RULE.replace("owner-named", "no-secrets").replace("owner_named", "no_secrets"),
        (
            "[malformed] the package rules.source.no_secrets, which is at "
            "default/source/no_secrets.rego already, at own/owner.rego"
        ),
    ),
    "a shared package in the place of a default one": (
        "package lib.scan\n\nimport rego.v1\n\ngaps(_) := []\n",
        "[malformed] the package lib.scan, which is at default/lib/scan.rego already, ",
    ),
    "no metadata": (
        RULE.partition("package")[2].join(["package", ""]),
        "[malformed] no '# METADATA' on the first line, at own/owner.rego:1",
    ),
    "no Rego": ("# METADATA\nnothing\n", "[malformed] "),
    "a function that reaches out": (
        RULE.replace('count(input.source.documents["code-owners"]) == 0', "http.send({}) == 0"),
        "[malformed] ",
    ),
}


@pytest.mark.parametrize(("rule", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(here: Site, rule: str, message: str) -> None:
    commit_rule(here, rule)
    with pytest.raises(AssayError) as caught:
        check(here, hours=1)
    assert str(caught.value).startswith(message)
    assert "own/owner.rego" in str(caught.value) or "default/" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def exclude(site: Site, path: str) -> None:
    content = f'[[exclude]]\npaths = ["{path}"]\nreason = "samples"\nuntil = 2026-06-03\n'
    site.repo.commit("Leave out", files={"assay.toml": content})


@pytest.mark.parametrize(
    ("file", "content", "rule"),
    [
        ("samples/deploy.env", f"TOKEN={fill('ghp_{b62:30}{crc}')}\n", "source.no-secrets"),
        (
            "samples/run.py",
            "import subprocess\nsubprocess.call(input(), shell=True)\n",
            "source.code-weaknesses",
        ),
    ],
    ids=["secrets", "code"],
)
def test_an_exclusion_ends(here: Site, file: str, content: str, rule: str) -> None:
    """Until its date what is left out is listed as accepted; from then on it counts again."""
    here.repo.write(file, content)
    exclude(here, "samples/**")
    during = check(here, hours=35)  # 2026-06-02, 23:00
    assert during.verdict is Verdict.PASSED
    assert {gap.accepted for gap in during.not_checked} == {"samples, until 2026-06-03T00:00:00Z"}
    assert file in {gap.where for gap in during.not_checked}
    after = check(here, hours=36)
    assert after.verdict is Verdict.FAILED
    assert rules(after)[rule] is Verdict.FAILED


def test_a_relaxed_rule_is_listed_until_its_end(here: Site) -> None:
    relaxed = (
        '[[gate.source.relax]]\nrule = "source.links-inside"\n'
        'reason = "being mended"\nuntil = 2026-06-03\n'
    )
    here.repo.symlink("out", "/etc/hostname")
    here.repo.commit("Link out", files={"assay.toml": relaxed})
    during = check(here, hours=35)
    assert during.verdict is Verdict.PASSED
    assert rules(during)["source.links-inside"] is Verdict.FAILED
    [gap] = [gap for gap in during.not_checked if gap.what == "rule"]
    assert (gap.where, gap.accepted) == (
        "source.links-inside",
        "being mended, until 2026-06-03T00:00:00Z",
    )
    assert check(here, hours=36).verdict is Verdict.FAILED
