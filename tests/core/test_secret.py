"""A secret is shown by nothing but `reveal`."""

import json
import pickle

import pytest

from assay.core.secret import Secret

SECRET = Secret("hunter2")


def test_reveal() -> None:
    assert SECRET.reveal() == "hunter2"


@pytest.mark.parametrize("shown", [str(SECRET), repr(SECRET), f"{SECRET}", f"{[SECRET]}"], ids=str)
def test_nothing_else_shows_it(shown: str) -> None:
    assert "hunter2" not in shown


def test_it_is_not_written_anywhere() -> None:
    with pytest.raises(TypeError, match="a Secret is not written anywhere"):
        pickle.dumps(SECRET)
    with pytest.raises(TypeError):
        json.dumps(SECRET)
    with pytest.raises(TypeError):
        vars(SECRET)
