import pytest

from assay.vuln.ecosystems import ECOSYSTEMS, LANGUAGES, base_of, ecosystem_of_purl, scheme_of
from assay.vuln.versions import version_key


@pytest.mark.parametrize("name", ECOSYSTEMS)
def test_every_ecosystem_orders_its_versions(name: str) -> None:
    assert version_key(name, "1.0") is not None
    assert version_key(f"{name}:1", "1.0") == version_key(name, "1.0")


@pytest.mark.parametrize("name", ECOSYSTEMS)
def test_every_ecosystem_is_found_by_its_package_urls(name: str) -> None:
    one = ECOSYSTEMS[name]
    assert ecosystem_of_purl(one.purl_type, one.namespace) == one


def test_package_urls_of_no_ecosystem() -> None:
    assert ecosystem_of_purl("deb", "raspbian") is None
    assert ecosystem_of_purl("generic", "") is None


def test_another_name_of_a_namespace() -> None:
    assert ecosystem_of_purl("rpm", "rocky") == ECOSYSTEMS["Rocky Linux"]


def test_languages_have_no_releases() -> None:
    assert "PyPI" in LANGUAGES
    assert not any(ECOSYSTEMS[name].releases for name in LANGUAGES)


def test_an_ecosystem_and_its_release() -> None:
    assert (base_of("Ubuntu:Pro:18.04:LTS"), scheme_of("Ubuntu:22.04:LTS")) == ("Ubuntu", "deb")
    assert scheme_of("unheard of") == ""
