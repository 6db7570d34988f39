"""As `failing`, for the tests that only warn (6.2) or note something (6.3)."""

from tests.vuln.csaf.documents import branch, product, score, tree
from tests.vuln.csaf.failing import (
    STATUS,
    TRACKING,
    Case,
    file_hashes,
    revision,
)

SOFT_CASES: list[Case] = [
    (
        "6.2.1",
        {STATUS: {"known_affected": ["P1"]}},
        (
            "the product 'P2' is used nowhere, at product_tree.branches[0].branches[0].branches[1]"
            ".product.product_id (leave it out)"
        ),
    ),
    (
        "6.2.2",
        {"vulnerabilities.0.remediations": None},
        (
            "'P1' is known_affected and has no remediation, "
            "at vulnerabilities[0].product_status.known_affected[0] "
            "(add one; none_available is one too)"
        ),
    ),
    (
        "6.2.3",
        {"vulnerabilities.0.scores": None},
        (
            "'P1' is affected and has no score, "
            "at vulnerabilities[0].product_status.known_affected[0] (add a CVSS score)"
        ),
    ),
    (
        "6.2.4",
        {
            f"{TRACKING}.revision_history": [revision("1.0.0+b7")],
            f"{TRACKING}.version": "1.0.0",
        },
        (
            "1.0.0+b7 names a build, at document.tracking.revision_history[0].number "
            "(leave the build out)"
        ),
    ),
    (
        "6.2.5",
        {f"{TRACKING}.initial_release_date": "2026-01-01T00:00:00Z"},
        (
            "2026-01-01T00:00:00Z is before the first revision, of 2026-02-01T10:00:00Z, "
            "at document.tracking.initial_release_date (mend one of the dates)"
        ),
    ),
    (
        "6.2.6",
        {f"{TRACKING}.current_release_date": "2026-01-01T00:00:00Z"},
        (
            "2026-01-01T00:00:00Z is before the last revision, of 2026-02-01T10:00:00Z, "
            "at document.tracking.current_release_date (mend one of the dates)"
        ),
    ),
    (
        "6.2.7",
        {"vulnerabilities.0.involvements": [{"party": "vendor", "status": "open"}]},
        "an involvement without a date, at vulnerabilities[0].involvements[0] (add the date)",
    ),
    (
        "6.2.8",
        file_hashes("md5"),
        (
            "MD5 is the only hash, at product_tree.branches[0].branches[0].branches[0].product"
            ".product_identification_helper.hashes[0].file_hashes[0] (add a hash of SHA-256)"
        ),
    ),
    (
        "6.2.9",
        file_hashes("SHA-1"),
        (
            "SHA-1 is the only hash, at product_tree.branches[0].branches[0].branches[0].product"
            ".product_identification_helper.hashes[0].file_hashes[0] (add a hash of SHA-256)"
        ),
    ),
    (
        "6.2.10",
        {"document.distribution": {"text": "Anybody."}},
        "no TLP label, at document (say who may see it, in distribution.tlp.label)",
    ),
    (
        "6.2.11",
        {"document.references": None},
        "no canonical URL, at document (add a self reference that ends in /example-2026-001.json)",
    ),
    (
        "6.2.12",
        {"document.lang": None},
        "no lang, at document (say which language it is in)",
    ),
    (
        "6.2.14",
        {"document.lang": "en-x-shop"},
        "'en-x-shop' is for private use, at document.lang (use a registered language)",
    ),
    (
        "6.2.15",
        {"document.lang": "i-default"},
        "the default language, at document.lang (say which language it is)",
    ),
    (
        "6.2.16",
        {
            "product_tree.full_product_names": [{"name": "box", "product_id": "P3"}],
            f"{STATUS}.recommended": ["P3"],
        },
        (
            "nothing identifies the product 'P3' to machines, at product_tree.full_product_names[0] "
            "(add a purl or a cpe as product_identification_helper)"
        ),
    ),
    (
        "6.2.17",
        {"vulnerabilities.0.ids": [{"system_name": "CVE", "text": "CVE-2026-1000"}]},
        "'CVE-2026-1000' among other ids, at vulnerabilities[0].ids[0].text (write it as cve)",
    ),
    (
        "6.2.18",
        {
            "product_tree.branches.0.branches.0.branches.1": branch(
                "product_version_range", ">=2", product(2)
            )
        },
        (
            "'>=2' is no version range that machines read, at product_tree.branches[0].branches[0]"
            ".branches[1].name (write it as vers:TYPE/CONSTRAINTS)"
        ),
    ),
    (
        "6.2.19",
        {"vulnerabilities.0.scores.0.products": ["P1", "P2"]},
        (
            "'P2' is fixed, and its environmental score is not 0, "
            "at vulnerabilities[0].scores[0].products[1] (leave it out of the score, or add such metrics)"
        ),
    ),
    (
        "6.2.20",
        {"product_tree.x_shop": 1},
        "CSAF 2.0 does not know this member, at product_tree.x_shop (put it into a note)",
    ),
    (
        "6.3.1",
        {
            "vulnerabilities.0.scores": [
                {
                    "cvss_v2": {
                        "baseScore": 10.0,
                        "vectorString": "AV:N/AC:L/Au:N/C:C/I:C/A:C",
                        "version": "2.0",
                    },
                    "products": ["P1"],
                }
            ]
        },
        (
            "CVSS 2.0 is the only scoring system, at vulnerabilities[0].scores[0].cvss_v2 "
            "(add a score of 3.1)"
        ),
    ),
    (
        "6.3.2",
        {"vulnerabilities.0.scores": [score("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]},
        "CVSS 3.0, at vulnerabilities[0].scores[0].cvss_v3.version (use 3.1)",
    ),
    (
        "6.3.3",
        {"vulnerabilities.0.cve": None},
        "no cve, at vulnerabilities[0] (name the CVE, where there is one)",
    ),
    (
        "6.3.4",
        {"vulnerabilities.0.cwe": None},
        "no cwe, at vulnerabilities[0] (name the weakness)",
    ),
    (
        "6.3.5",
        file_hashes("sha224", digits=56),
        (
            "a hash of 224 bits, at product_tree.branches[0].branches[0].branches[0].product"
            ".product_identification_helper.hashes[0].file_hashes[0].value (add one of 256 bits)"
        ),
    ),
    (
        "6.3.9",
        {
            "product_tree.branches.1": branch("vendor", "Other", product(3)),
            f"{STATUS}.recommended": ["P3"],
        },
        (
            "no vendor, product_name and product_version lead to 'P3', at "
            "product_tree.branches[1].product (name all three, in this order)"
        ),
    ),
    (
        "6.3.11",
        {
            "product_tree": tree(
                branch("product_version", "v1.0", product(1)),
                branch("product_version", "2.0", product(2)),
            )
        },
        (
            "'v1.0' begins with a v, at product_tree.branches[0].branches[0].branches[0].name "
            "(write the bare version)"
        ),
    ),
]
