import pytest

from assay.core.errors import MalformedError
from assay.vuln.remedy.pyproject import edit_project
from assay.vuln.remedy.requirementsedit import NewPin, edit_requirements

NEW = {"shop": NewPin(old="1.0", new="1.5", hashes=None)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("shop==1.0", "shop==1.5"),
        ("  Shop [a, b]  ===  1.0\t# shop==1.0\n", "  Shop [a, b]  ===  1.5\t# shop==1.0\n"),
        ("shop (==1.0) ; x\n", "shop (==1.5) ; x\n"),
        ("# shop==1.0 \\\nshop==1.0\n", "# shop==1.0 \\\nshop==1.5\n"),
        ("shop==1.0 \\\n  ; x\n", "shop==1.5 \\\n  ; x\n"),
        ("shop==1.0\nshop==1.0.1\nshopping==1.0\n", "shop==1.5\nshop==1.0.1\nshopping==1.0\n"),
    ],
)
def test_the_version_alone(before: str, after: str) -> None:
    assert edit_requirements(before, NEW) == after


@pytest.mark.parametrize(
    "text",
    [
        "shop>=1.0\n",
        "# shop==1.0\n",
        "-e shop==1.0\n",
        "",
        "shop==1.0,<1.2\n",
        "shop==1.0 , <1.2\n",
    ],
)
def test_what_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(MalformedError) as caught:
        edit_requirements(text, NEW)
    assert str(caught.value) == "[malformed] no exact version of shop to change"
    with pytest.raises(MalformedError):
        edit_project(text, NEW)


def test_hashes_do_not_stay_behind() -> None:
    """A line with the hashes of another version would be refused by pip, or worse, not."""
    with pytest.raises(MalformedError) as caught:
        edit_requirements(f"shop==1.0 --hash=sha256:{'0' * 64}\n", NEW)
    assert str(caught.value) == "[malformed] shop has hashes, and the new ones are not known"


def test_a_project_with_a_further_bound_is_refused() -> None:
    """The new version would be one that the rest of the wish forbids."""
    for bound in (",<1.2", " , <1.2"):
        with pytest.raises(MalformedError, match="no exact version of shop to change"):
            edit_project(f'dependencies = ["shop==1.0{bound}"]\n', NEW)
    assert edit_project('x = ["shop==1.0 ; y"]\n', NEW) == 'x = ["shop==1.5 ; y"]\n'
