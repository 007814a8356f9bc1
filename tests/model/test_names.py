from __future__ import annotations

import pytest

from mapp.model.names import app_name_fault, identifier_fault


@pytest.mark.parametrize("name", ["a", "vat", "csv-to-json", "md5", "a-1-b", "x" * 64])
def test_plain_names_are_valid_app_names(name: str) -> None:
    assert app_name_fault(name) == ""


BAD_APPS = [
    "",
    "A",
    "1a",
    "-a",
    "a-",
    "a--b",
    "a_b",
    "a.b",
    "a/b",
    "..",
    "a b",
    "é",
    "a\n",
    "con",
    "nul",
    "com1",
    "lpt9",
]


@pytest.mark.parametrize("name", [*BAD_APPS, "x" * 65])
def test_names_that_a_file_system_or_shell_could_misread_are_refused(name: str) -> None:
    assert app_name_fault(name)


@pytest.mark.parametrize("name", ["a", "price", "maxItems", "x_1", "A"])
def test_plain_identifiers_are_valid_argument_names(name: str) -> None:
    assert identifier_fault(name) == ""


@pytest.mark.parametrize(
    "name", ["", "1a", "_a", "a-b", "a.b", "é", "a\n", "__proto__", "constructor", "toString", "x" * 65]
)
def test_names_with_a_meaning_in_javascript_are_refused(name: str) -> None:
    assert identifier_fault(name)
