"""For each mandatory test (6.1) of the specification a change to a sound document that makes it fail."""

from tests.vuln.csaf.documents import branch, csaf, product, score

Case = tuple[str, dict[str, object], str]  # the test's number, what is changed, what is told

STATUS = "vulnerabilities.0.product_status"
TRACKING = "document.tracking"
HASHES = (
    "product_tree.branches.0.branches.0.branches.0.product.product_identification_helper.hashes"
)


def revision(number: str, date: str = "2026-02-01T10:00:00Z") -> dict[str, object]:
    return {"date": date, "number": number, "summary": "…"}


def file_hashes(*algorithms: str, digits: int = 64) -> dict[str, object]:
    listed = [{"algorithm": name, "value": "ab" * (digits // 2)} for name in algorithms]
    return {HASHES: [{"file_hashes": listed, "filename": "shop.whl"}]}


def relationship(made: str, part: str, whole: str) -> dict[str, object]:
    return {
        "category": "installed_on",
        "full_product_name": {"name": made, "product_id": made},
        "product_reference": part,
        "relates_to_product_reference": whole,
    }


GROUP = {"group_id": "G", "product_ids": ["P1", "P2"]}
CVSS = "vulnerabilities.0.scores.0.cvss_v3"
CASES: list[Case] = [
    (
        "6.1.1",
        {
            f"{STATUS}.known_affected.1": "P9",
        },
        (
            "the product 'P9' is not in the product tree, "
            "at vulnerabilities[0].product_status.known_affected[1] (define it there)"
        ),
    ),
    (
        "6.1.2",
        {"product_tree.full_product_names": [product(1)]},
        (
            "the product 'P1' is defined before, at product_tree.branches[0].branches[0].branches[0]"
            ".product.product_id (give it its own id)"
        ),
    ),
    (
        "6.1.3",
        {"product_tree.relationships": [relationship("R", "R", "P1")]},
        (
            "the parts of 'R' lead in a circle, at product_tree.relationships[0].full_product_name"
            ".product_id (make each product of others that are defined without it)"
        ),
    ),
    (
        "6.1.4",
        {"vulnerabilities.0.remediations.0.group_ids": ["G"]},
        (
            "the group 'G' is not defined, at vulnerabilities[0].remediations[0].group_ids[0] "
            "(define the group)"
        ),
    ),
    (
        "6.1.5",
        {"product_tree.product_groups": [GROUP, GROUP]},
        (
            "the group 'G' is defined before, at product_tree.product_groups[1].group_id "
            "(give it its own id)"
        ),
    ),
    (
        "6.1.6",
        {f"{STATUS}.first_fixed": ["P1"]},
        (
            "the product 'P1' is said to be affected and fixed, "
            "at vulnerabilities[0].product_status.first_fixed[0] (leave it in one of the lists)"
        ),
    ),
    (
        "6.1.7",
        {"vulnerabilities.0.scores.1": score()},
        (
            "'P1' has several scores of CVSS 3.1, at vulnerabilities[0].scores[1].products[0] "
            "(leave one of them)"
        ),
    ),
    (
        "6.1.8",
        {f"{CVSS}.baseSeverity": None},
        (
            "no baseSeverity, at vulnerabilities[0].scores[0].cvss_v3.baseSeverity "
            "(write it as FIRST's schema says)"
        ),
    ),
    (
        "6.1.9",
        {f"{CVSS}.baseScore": 9.7},
        (
            "9.7, where the vector gives 9.8, at vulnerabilities[0].scores[0].cvss_v3.baseScore "
            "(compute it from the vector)"
        ),
    ),
    (
        "6.1.10",
        {f"{CVSS}.attackVector": "LOCAL"},
        (
            "LOCAL, where the vector says NETWORK, "
            "at vulnerabilities[0].scores[0].cvss_v3.attackVector (make them agree)"
        ),
    ),
    (
        "6.1.11",
        {"vulnerabilities.0.cwe.name": "Improper Input Validation"},
        (
            "'Improper Input Validation', where CWE-79 is \"Improper Neutralization of Input During Web "
            "Page Generation ('Cross-site Scripting')\", at vulnerabilities[0].cwe.name "
            "(write id and name of one weakness)"
        ),
    ),
    (
        "6.1.12",
        {"document.lang": "en-QQ-x-shop", "document.source_lang": "xq"},
        "'xq' is no registered language, at document.source_lang (such as en or de-AT)",
    ),
    (
        "6.1.13",
        {
            HASHES.replace(".hashes", ".purl"): "pkg:pypi/",
        },
        (
            "a purl of type pypi without a name, at product_tree.branches[0].branches[0].branches[0]"
            ".product.product_identification_helper.purl (write it as the purl specification says)"
        ),
    ),
    (
        "6.1.14",
        {
            f"{TRACKING}.revision_history": [
                revision("1"),
                revision("2", "2026-01-01T00:00:00+00:00"),
            ]
        },
        (
            "1 is dated after 2, at document.tracking.revision_history[0].number "
            "(date the revisions in the order of their numbers)"
        ),
    ),
    (
        "6.1.15",
        {"document.publisher.category": "translator"},
        (
            "a translator, and no source_lang, at document.publisher.category "
            "(say what it was translated from)"
        ),
    ),
    (
        "6.1.16",
        {f"{TRACKING}.version": "2"},
        (
            "version 2, where the newest revision is 1, at document.tracking.version "
            "(make them the same)"
        ),
    ),
    (
        "6.1.17",
        {
            f"{TRACKING}.version": "0",
            f"{TRACKING}.revision_history": [revision("0")],
            f"{TRACKING}.status": "interim",
        },
        (
            "'interim', where the version 0 is that of a draft, at document.tracking.status "
            "(set the status to draft, or release it)"
        ),
    ),
    (
        "6.1.18",
        {f"{TRACKING}.revision_history": [revision("0", "2026-01-01T00:00:00Z"), revision("1")]},
        (
            "the revision 0 in a released document, at document.tracking.revision_history[0].number "
            "(leave out the revisions before the release)"
        ),
    ),
    (
        "6.1.19",
        {
            f"{TRACKING}.revision_history": [revision("1.0.0-rc.1"), revision("1.0.0")],
            f"{TRACKING}.version": "1.0.0",
        },
        (
            "the revision 1.0.0-rc.1 is a pre-release, at document.tracking.revision_history[0].number "
            "(leave the pre-releases out of the history)"
        ),
    ),
    (
        "6.1.20",
        {
            f"{TRACKING}.revision_history": [revision("1.0.0-rc.1")],
            f"{TRACKING}.version": "1.0.0-rc.1",
        },
        (
            "the pre-release 1.0.0-rc.1 in a released document, at document.tracking.version "
            "(number it as a release)"
        ),
    ),
    (
        "6.1.21",
        {
            f"{TRACKING}.revision_history": [revision("1", "2026-01-01T00:00:00Z"), revision("3")],
            f"{TRACKING}.version": "3",
        },
        (
            "3 follows 1, at document.tracking.revision_history[1].number "
            "(add the revisions between them)"
        ),
    ),
    (
        "6.1.21",
        {f"{TRACKING}.revision_history": [revision("2")], f"{TRACKING}.version": "2"},
        (
            "the history begins with 2, at document.tracking.revision_history[0].number "
            "(begin with version 0 or 1)"
        ),
    ),
    (
        "6.1.22",
        {f"{TRACKING}.revision_history": [revision("1"), revision("1")]},
        (
            "the revision 1 is there before, at document.tracking.revision_history[1].number "
            "(number each anew)"
        ),
    ),
    (
        "6.1.23",
        {"vulnerabilities.1": csaf()["vulnerabilities"][0]},  # type: ignore[index]  # a list
        "CVE-2026-1000 is there before, at vulnerabilities[1].cve (say all about it in one place)",
    ),
    (
        "6.1.24",
        {
            "vulnerabilities.0.involvements": [
                {"date": "2026-01-01T01:00:00+01:00", "party": "vendor", "status": "open"},
                {"date": "2026-01-01T00:00:00Z", "party": "vendor", "status": "completed"},
            ]
        },
        (
            "'vendor' is there before, at one date, at vulnerabilities[0].involvements[1] "
            "(leave one of them)"
        ),
    ),
    (
        "6.1.25",
        file_hashes("sha256", "sha256"),
        (
            "'sha256' is there before, at product_tree.branches[0].branches[0].branches[0].product"
            ".product_identification_helper.hashes[0].file_hashes[1].algorithm (leave one of them)"
        ),
    ),
    (
        "6.1.26",
        {"document.category": "Security_Advisory"},
        (
            "'Security_Advisory' looks like a profile, at document.category "
            "(write the value of the profile)"
        ),
    ),
    (
        "6.1.26",
        {"document.category": "csaf_note"},
        "'csaf_note' looks like a profile, at document.category (write the value of the profile)",
    ),
    (
        "6.1.27.1",
        {
            "document.category": "csaf_security_incident_response",
            "document.notes": [{"category": "faq", "text": "?"}],
            "document.references.1": {"summary": "x", "url": "https://example.com"},
        },
        (
            "no note that says what it is about, at document "
            "(add a note: description, details, general, summary)"
        ),
    ),
    (
        "6.1.27.2",
        {"document.category": "csaf_security_incident_response"},
        "no external reference, at document (add a reference)",
    ),
    (
        "6.1.27.3",
        {
            "document.category": "csaf_informational_advisory",
            "document.references.1": {"summary": "x", "url": "https://example.com"},
        },
        (
            "vulnerabilities in an informational advisory, at vulnerabilities "
            "(publish a security advisory)"
        ),
    ),
    (
        "6.1.27.5",
        {"vulnerabilities.0.notes": None},
        "no notes, at vulnerabilities[0] (add a note that describes the vulnerability)",
    ),
    (
        "6.1.27.6",
        {STATUS: None},
        "no product_status, at vulnerabilities[0] (say which products are affected)",
    ),
    (
        "6.1.27.11",
        {"vulnerabilities": None},
        "no vulnerabilities, at the document (name what it is about)",
    ),
    (
        "6.1.28",
        {"document.source_lang": "en"},
        "translated from 'en' to itself, at document.source_lang (mend lang)",
    ),
    (
        "6.1.29",
        {
            "vulnerabilities.0.remediations.1": {"category": "workaround", "details": "Wait."},
        },
        (
            "it is for no product, at vulnerabilities[0].remediations[1] "
            "(add product_ids or group_ids)"
        ),
    ),
    (
        "6.1.30",
        {
            f"{TRACKING}.revision_history": [
                revision("1", "2026-01-01T00:00:00Z"),
                revision("1.1.0"),
            ],
            f"{TRACKING}.version": "1.1.0",
        },
        (
            "1, where the version is 1.1.0, at document.tracking.revision_history[0].number "
            "(use whole numbers or semantic versions throughout)"
        ),
    ),
    (
        "6.1.31",
        {
            "product_tree.branches.0.branches.0.branches.1": branch(
                "product_version", "2.0 and Later", product(2)
            )
        },
        (
            "'2.0 and Later' is no single version: it has 'Later', at product_tree.branches[0]"
            ".branches[0].branches[1].name (make it a branch of the category product_version_range)"
        ),
    ),
    (
        "6.1.32",
        {"vulnerabilities.0.flags": [{"label": "component_not_present"}]},
        "it is for no product, at vulnerabilities[0].flags[0] (add product_ids or group_ids)",
    ),
    (
        "6.1.33",
        {
            "product_tree.product_groups": [GROUP],
            "vulnerabilities.0.flags": [
                {"group_ids": ["G"], "label": "component_not_present"},
                {"label": "vulnerable_code_not_present", "product_ids": ["P2"]},
            ],
        },
        "'P2' has a justification before, at vulnerabilities[0].flags[1] (leave one of them)",
    ),
]
VEX_CASES: list[Case] = [
    (
        "6.1.27.7",
        {STATUS: {"recommended": ["P1", "P2"]}},
        (
            "none of fixed, known_affected, known_not_affected, under_investigation, "
            "at vulnerabilities[0] (say what holds of a product)"
        ),
    ),
    (
        "6.1.27.8",
        {"vulnerabilities.0.cve": None},
        "neither cve nor ids, at vulnerabilities[0] (name the vulnerability)",
    ),
    (
        "6.1.27.9",
        {"vulnerabilities.0.flags": None},
        (
            "nothing says why 'P1' is not affected, at vulnerabilities[0].product_status"
            ".known_not_affected[0] (add a flag, or a threat of the category impact)"
        ),
    ),
    (
        "6.1.27.10",
        {f"{STATUS}.known_affected": ["P2"]},
        (
            "nothing says what to do about 'P2', at vulnerabilities[0].product_status"
            ".known_affected[0] (add a remediation)"
        ),
    ),
]
