from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mapp
import mapp_cli
from mapp.errors import NotFound
from mapp.explanations import EXPLANATIONS, explain

ROOTS = [Path(package.__path__[0]) for package in (mapp, mapp_cli)]


def _constants() -> Iterator[tuple[str, str]]:
    for root in ROOTS:
        for path in root.rglob("*.py"):
            if path.name != "explanations.py":
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield path.name, node.value


def test_every_code_in_the_source_is_explained() -> None:
    found = {(name, code) for name, text in _constants() for code in re.findall(r"MAPP-\d{4}", text)}

    assert len(found) > 10
    assert [row for row in sorted(found) if row[1] not in EXPLANATIONS and row[1] != "MAPP-0000"] == []


def test_short_names_are_unique() -> None:
    slugs = [row.slug for row in EXPLANATIONS.values()]

    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("form", ["MAPP-0630", "mapp-0630", "0630", "630", "lock-damaged", " 630 "])
def test_a_code_is_found_in_every_form(form: str) -> None:
    code, explanation = explain(form)

    assert (code, explanation.slug) == ("MAPP-0630", "lock-damaged")


def test_an_unknown_code_is_not_found() -> None:
    with pytest.raises(NotFound, match="there is no error code '9999'"):
        explain("9999")


def test_every_meaning_and_remedy_is_a_sentence() -> None:
    texts = [text for row in EXPLANATIONS.values() for text in (row.meaning, row.remedy)]

    assert [text for text in texts if not text.endswith(".")] == []
