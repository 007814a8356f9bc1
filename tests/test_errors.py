from __future__ import annotations

import inspect

from mapp import errors
from mapp.errors import InvalidApp, InvalidInput, MappError, NotFound, Problem
from mapp.explanations import EXPLANATIONS


def test_an_invalid_input_lists_every_problem() -> None:
    problems = [Problem(path="input.rate", message="is missing"), Problem(path="", message="is empty")]

    assert (
        str(InvalidInput("it is invalid", problems)) == "it is invalid\n  input.rate: is missing\n  is empty"
    )


def test_an_error_can_have_a_more_specific_code() -> None:
    assert NotFound("no app").code == "MAPP-0200"
    assert NotFound("no app", code="MAPP-0201").code == "MAPP-0201"
    assert NotFound.code == "MAPP-0200"


def test_subclasses_share_the_exit_code_of_invalid_input() -> None:
    assert (InvalidApp("x").exit_code, InvalidApp("x").code) == (8, "MAPP-0130")


def test_every_exception_has_an_explained_code_of_its_own() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, MappError)]
    codes = [kind.code for kind in kinds]

    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(EXPLANATIONS)
