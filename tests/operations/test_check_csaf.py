"""`assay csaf validate` over files: each has an answer, and all together have one."""

from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.check_csaf import all_gaps, check_csaf, csaf_json, overall
from tests.vuln.csaf.documents import changed, csaf, encoded


def save(folder: Path, name: str, document: object) -> Path:
    path = folder / name
    path.write_bytes(encoded(document))
    return path


def test_each_file_has_an_answer(tmp_path: Path) -> None:
    good = save(tmp_path, "example-2026-001.json", csaf())
    open_ = save(tmp_path, "open.json", changed(csaf(), {"document.lang": "vec"}))
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{")
    checked = check_csaf([good, open_, broken])
    verdicts = [one.found.verdict for one in checked]
    assert verdicts == [Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED]
    assert overall(checked) is Verdict.FAILED
    assert overall(checked[:2]) is Verdict.UNKNOWN
    assert overall(checked[:1]) is Verdict.PASSED
    (failure,) = checked[2].found.failures
    assert str(failure).startswith("schema JSON: [malformed] not strict JSON: ")


def test_a_file_with_another_name_than_its_id_gives(tmp_path: Path) -> None:
    (one,) = check_csaf([save(tmp_path, "a.json", csaf())])
    assert one.found.verdict is Verdict.PASSED
    assert [str(warning) for warning in one.found.warnings] == [
        (
            "5.1 File name: 'a.json', where the id gives 'example-2026-001.json', "
            "at document.tracking.id (rename the file before it is published)"
        )
    ]


def test_what_is_not_checked_names_the_file_and_what_is_never_run_is_there_once(
    tmp_path: Path,
) -> None:
    document = changed(csaf(), {"document.lang": "vec"})
    paths = [save(tmp_path, name, document) for name in ("a.json", "b.json")]
    gaps = all_gaps(check_csaf(paths))
    assert [gap.where.partition(": ")[0] for gap in gaps[:2]] == [str(path) for path in paths]
    assert [gap.where.partition(" ")[0] for gap in gaps[2:]] == ["6.3.6", "6.3.7", "6.3.8"]


def test_the_json_document(tmp_path: Path) -> None:
    told = csaf_json(check_csaf([save(tmp_path, "example-2026-001.json", csaf())]))
    assert told["verdict"] == "PASSED"


def test_a_file_named_twice(tmp_path: Path) -> None:
    path = save(tmp_path, "a.json", csaf())
    with pytest.raises(UsageError) as caught:
        check_csaf([path, path])
    assert str(caught.value) == f"[usage] named twice, at {path}"
