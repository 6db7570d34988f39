"""The rules of each package type: what its purls have, and how its names are written."""

import pytest

from assay.core.errors import MalformedError
from assay.core.purl import parse_purl
from assay.core.purltypes import TYPES, Case, Need

# type: (a purl in another spelling, its canonical form)
WRITTEN = {
    "alpm": ("pkg:alpm/Arch/Pacman@6.0.1-1", "pkg:alpm/arch/pacman@6.0.1-1"),
    "apk": ("pkg:apk/Alpine/Curl@7.83.0-r0", "pkg:apk/alpine/curl@7.83.0-r0"),
    "bazel": ("pkg:bazel/Rules_Go@0.50", "pkg:bazel/Rules_Go@0.50"),
    "bitbucket": ("pkg:bitbucket/Birk/Addon@2A", "pkg:bitbucket/birk/addon@2A"),
    "bitnami": ("pkg:bitnami/Wordpress@6.2.0", "pkg:bitnami/wordpress@6.2.0"),
    "brew": ("pkg:brew/Home/Tap/Jq@1.7", "pkg:brew/home/tap/jq@1.7"),
    "cargo": ("pkg:cargo/Rand@0.7.2", "pkg:cargo/Rand@0.7.2"),
    "chrome-extension": (
        f"pkg:chrome-extension/{'A' * 32}@1.2",
        f"pkg:chrome-extension/{'a' * 32}@1.2",
    ),
    "cocoapods": ("pkg:cocoapods/AFNetworking@4", "pkg:cocoapods/AFNetworking@4"),
    "composer": ("pkg:composer/Laravel/Laravel@5.5.0", "pkg:composer/laravel/laravel@5.5.0"),
    "conda": ("pkg:conda/Absl-py@0.4.1", "pkg:conda/Absl-py@0.4.1"),
    "cpan": ("pkg:cpan/drolsky/DateTime@1.55", "pkg:cpan/DROLSKY/DateTime@1.55"),
    "cran": ("pkg:cran/A3@1.0.0", "pkg:cran/A3@1.0.0"),
    "deb": ("pkg:deb/Debian/Curl@7.50.3-1", "pkg:deb/debian/curl@7.50.3-1"),
    "gem": ("pkg:gem/Ruby-advisory@1", "pkg:gem/Ruby-advisory@1"),
    "git": ("pkg:git/Host.example/O/R@A", "pkg:git/host.example/o/r@A"),
    "github": ("pkg:github/Package-URL/Purl-Spec@A", "pkg:github/package-url/purl-spec@A"),
    "gitlab": ("pkg:gitlab/Owner/Repo@A", "pkg:gitlab/owner/repo@A"),
    "golang": ("pkg:golang/Host.example/A/B@v1.A", "pkg:golang/host.example/a/b@v1.A"),
    "hackage": ("pkg:hackage/3d-Graphics@0.1", "pkg:hackage/3d-Graphics@0.1"),
    "hex": ("pkg:hex/Acme/Foo@2.3", "pkg:hex/acme/foo@2.3"),
    "huggingface": ("pkg:huggingface/Org/Model@ABCD", "pkg:huggingface/Org/Model@abcd"),
    "julia": ("pkg:julia/AWS@1?uuid=F1", "pkg:julia/AWS@1?uuid=F1"),
    "luarocks": ("pkg:luarocks/Hisham/LuaFS@1A", "pkg:luarocks/hisham/luafs@1A"),
    "maven": ("pkg:maven/Org.Apache/Batik@1.9", "pkg:maven/Org.Apache/Batik@1.9"),
    "mlflow": ("pkg:mlflow/CreditFraud@3", "pkg:mlflow/CreditFraud@3"),
    "npm": ("pkg:npm/%40Angular/Animation@12", "pkg:npm/%40angular/animation@12"),
    "nuget": ("pkg:nuget/EnterpriseLibrary@6", "pkg:nuget/EnterpriseLibrary@6"),
    "oci": ("pkg:oci/Debian@SHA256:AB", "pkg:oci/debian@sha256:ab"),
    "opam": ("pkg:opam/Merlin@4", "pkg:opam/Merlin@4"),
    "otp": ("pkg:otp/Kernel@9A", "pkg:otp/kernel@9A"),
    "pub": ("pkg:pub/A-b..C@0.0.0-A", "pkg:pub/a_b__c@0.0.0-A"),
    "pypi": ("pkg:pypi/A_b-.C@1.0RC1", "pkg:pypi/a-b-c@1.0rc1"),
    "qpkg": ("pkg:qpkg/Blackberry/Com.qnx@1A", "pkg:qpkg/blackberry/com.qnx@1A"),
    "swift": ("pkg:swift/Github.com/Alamofire@5", "pkg:swift/Github.com/Alamofire@5"),
    "vcpkg": ("pkg:vcpkg/Boost@1A", "pkg:vcpkg/boost@1A"),
    "vscode-extension": (
        "pkg:vscode-extension/Ms/Rust@0.22A",
        "pkg:vscode-extension/ms/rust@0.22A",
    ),
}
ALONE = (
    *("bazel", "bitnami", "cargo", "chrome-extension", "cocoapods", "conda", "cran", "gem"),
    *("hackage", "julia", "mlflow", "nuget", "oci", "opam", "otp", "pub", "pypi", "vcpkg"),
)
OWNED = (
    *("alpm", "apk", "bitbucket", "deb", "git", "github", "gitlab", "maven", "qpkg", "swift"),
    "vscode-extension",
)


def test_every_type_is_here() -> None:
    assert list(WRITTEN) == sorted(TYPES)


@pytest.mark.parametrize(("given", "canonical"), WRITTEN.values(), ids=WRITTEN)
def test_how_a_type_writes_its_names(given: str, canonical: str) -> None:
    assert str(parse_purl(given)) == canonical


@pytest.mark.parametrize("type_", TYPES)
def test_which_types_have_a_namespace(type_: str) -> None:
    """Required, prohibited, or neither; nothing else is said anywhere."""
    wanted = Need.PROHIBITED if type_ in ALONE else Need.OPTIONAL
    assert TYPES[type_].namespace is (Need.REQUIRED if type_ in OWNED else wanted)


REFUSED = {
    "no namespace": ("pkg:github/a@1", "a purl of type github without a namespace"),
    "a namespace": ("pkg:pypi/a/b@1", "a purl of type pypi has no namespace, not 'a'"),
    "no name": ("pkg:npm/@1", "a purl of type npm without a name"),
    "a short name": (
        "pkg:chrome-extension/abc",
        "'abc' is no name of type chrome-extension",
    ),
    "letters beyond p": (
        f"pkg:chrome-extension/{'q' * 32}",
        f"{'q' * 32!r} is no name of type chrome-extension",
    ),
    "a version of five numbers": (
        f"pkg:chrome-extension/{'a' * 32}@1.2.3.4.5",
        "'1.2.3.4.5' is no version of type chrome-extension",
    ),
    "a version of letters": (
        f"pkg:chrome-extension/{'a' * 32}@1x2",
        "'1x2' is no version of type chrome-extension",
    ),
    "a module": ("pkg:cpan/DROLSKY/Date::Time@1", "'Date::Time' is no name of type cpan"),
    "no uuid": ("pkg:julia/AWS@1", "a purl of type julia without uuid"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_purl(text)
    assert str(caught.value) == f"[malformed] {what}"


def test_names_of_mlflow_depend_on_the_place() -> None:
    """Databricks does not tell upper from lower case, other servers do."""
    elsewhere = "pkg:mlflow/Model@3?repository_url=https://Mlflow.example"
    databricks = "pkg:mlflow/Model@3?repository_url=https://x.DataBricks.example/api"
    assert parse_purl(elsewhere).name == "Model"
    assert parse_purl(databricks).name == "model"


def test_the_words() -> None:
    assert [case.value for case in Case] == ["kept", "lower", "upper"]
    assert [need.value for need in Need] == ["required", "optional", "prohibited"]
    assert [case.apply("Aß") for case in Case] == ["Aß", "aß", "ASS"]
