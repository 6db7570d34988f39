"""The name under which the caches of the scanner are sealed."""

from assay.scan.secrets.sealed import search_name


def test_the_name_changes_with_the_rules() -> None:
    assert search_name("sha256:1") == search_name("sha256:1")
    assert search_name("sha256:1") != search_name("sha256:2")
