"""Scanner "checkov": Terraform, CloudFormation, Kubernetes, Helm and the like, read by checkov.

Bad: `acl = "public-read"` on a bucket, since everybody may then read it.
Good: `acl = "private"`.

* It runs where `assay.toml` names it. Nothing is fetched or sent (`--skip-download`), and its
  searches for secrets and for vulnerable packages are off: Assay has its own.
* A `checkov:skip` comment takes no finding away; it is noted beside it.
* A file that it could not parse is not checked.
"""

import re
from dataclasses import replace
from typing import Final

from assay.scan.imports.configtools import read_checkov
from assay.scan.ingested import read_ingested
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command, Reading, Sources, options_digest
from assay.scan.versions import ask_version
from assay.system.process import Completed, find_program

_OPTIONS: Final = (
    "--directory=.",
    "--output=json",
    "--quiet",
    "--compact",
    "--skip-download",
    "--skip-framework",
    "secrets",
    "sca_package",
    "sca_image",
)
_FAILED: Final = 1
_TAKEN: Final = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:tf|tf\.json|tfvars|hcl|ya?ml|json|template|bicep|jinja2?|tpl)"
    r"|(?:[\w.-]*\.)?Dockerfile(?:\.[\w.-]+)?|Chart\.lock)\Z",
    re.IGNORECASE,
)


def is_infrastructure_file(path: str) -> bool:
    """Tell whether `path` is one that checkov may look at, by its name."""
    return _TAKEN.match(path) is not None


def _read(completed: Completed, sources: Sources) -> Reading:
    """Read what checkov wrote.

    Raises:
        MalformedError: It is not a report of the form of checkov 2 or 3.
    """
    reading = read_ingested(completed, sources, read_checkov)
    return replace(reading, examined={"files": len(sources.paths)})


def _prepare() -> Command | None:
    program = find_program("checkov")
    if program is None:
        return None
    return Command(
        arguments=(program, *_OPTIONS),
        version=ask_version(program, name="checkov"),
        inputs={"options": options_digest(_OPTIONS)},
        environment={"BC_SKIP_MAPPING": "TRUE", "CHECKOV_RUN_SCA_PACKAGE_SCAN_V2": "false"},
    )


SCANNER: Final = ProgramScanner(
    name="checkov",
    tool="checkov",
    nouns=("files",),
    takes=is_infrastructure_file,
    prepare=_prepare,
    statuses=frozenset({0, _FAILED}),
    read=_read,
)
