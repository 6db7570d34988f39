"""Scanner "checkov": Terraform, CloudFormation, Kubernetes, Helm and the like, read by checkov.

Bad: `acl = "public-read"` on a bucket, since everybody may then read it.
Good: `acl = "private"`.

* It runs where `assay.toml` names it. Nothing is fetched or sent (`--skip-download`), and its
  searches for secrets and for vulnerable packages are off: Assay has its own.
* A `checkov:skip` comment takes no finding away; it is noted beside it.
* Nothing is taken out of its report (`--quiet` would drop the files that it could not parse).
* A file that it could not parse is not checked. Of a YAML file that is none it says nothing at all,
  so each one that it does not name is tried here. A Helm template that it does not name was not
  rendered, for want of helm, and is not checked either.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.scan.imports.claim import object_of
from assay.scan.imports.configtools import read_checkov
from assay.scan.ingested import read_ingested
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command, Reading, Sources, options_digest, parse_output
from assay.scan.versions import ask_version
from assay.scan.yamlnodes import check_yaml
from assay.system.process import Completed, find_program

_OPTIONS: Final = (
    "--directory=.",
    "--output=json",
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
_YAML: Final = re.compile(r"\.ya?ml\Z", re.IGNORECASE)


def is_infrastructure_file(path: str) -> bool:
    """Tell whether `path` is one that checkov may look at, by its name."""
    return _TAKEN.match(path) is not None


def _read(completed: Completed, sources: Sources) -> Reading:
    """Read what checkov wrote.

    Raises:
        MalformedError: It is not a report of the form of checkov 2 or 3.
    """
    reading = read_ingested(completed, sources, read_checkov)
    unread = tuple(_unread(completed, sources))
    gaps = (*reading.not_checked, *unread)
    examined = sources.paths.difference(gap.where for gap in gaps)
    return replace(reading, examined={"files": len(examined)}, not_checked=gaps)


def _unread(completed: Completed, sources: Sources) -> Iterator[NotChecked]:
    """Yield the YAML files that checkov does not name, and that are no YAML as they stand."""
    named = frozenset(_named(parse_output(completed)))
    for path in sorted(filter(_YAML.search, sources.paths - named)):
        if _is_template(path, sources.paths):
            yield _gap(path, "a Helm template that checkov did not render", "install helm")
            continue
        try:
            check_yaml(sources.content(path))
        except MalformedError:
            yield _gap(path, "it is not YAML", "correct the file")


def _is_template(path: str, known: frozenset[str]) -> bool:
    """Tell whether a file is in the folder of templates of a Helm chart."""
    folders = (folder for folder in PurePosixPath(path).parents if folder.name == "templates")
    return any(str(folder.parent / "Chart.yaml") in known for folder in folders)


def _named(report: JsonValue) -> Iterator[str]:
    """Yield the path of every check: it read that file, whatever it thought of it."""
    for part in report.items() if isinstance(report.value, list) else (report,):
        results = object_of(part, "results")
        for outcome in ("passed_checks", "failed_checks", "skipped_checks"):
            for item in results.optional_items(outcome):
                yield item.optional_text("file_path").lstrip("/")


def _gap(path: str, why: str, remedy: str) -> NotChecked:
    return NotChecked(what="file", where=path, why=why, remedy=remedy)


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
