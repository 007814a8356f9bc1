from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mapp
import mapp_cli
from mapp.explanations import EXPLANATIONS
from support.terminal import mapp as run

ROOTS = [Path(package.__path__[0]) for package in (mapp, mapp_cli)]


def _constants() -> Iterator[tuple[str, str]]:
    for root in ROOTS:
        for path in root.rglob("*.py"):
            if path.name != "explanations.py":
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield path.name, node.value


def test_every_code_that_is_raised_is_explained() -> None:
    found = {(name, code) for name, text in _constants() for code in re.findall(r"MAPP-\d{4}", text)}

    assert len(found) > 10
    assert [row for row in sorted(found) if row[1] not in EXPLANATIONS and row[1] != "MAPP-0000"] == []


def test_short_names_are_unique() -> None:
    slugs = [row.slug for row in EXPLANATIONS.values()]

    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("form", ["MAPP-0630", "mapp-0630", "0630", "630", "lock-damaged"])
def test_a_code_is_explained_in_whatever_form_it_is_typed(form: str) -> None:
    answer = run("explain", form, "--json").json

    assert (answer["code"], answer["slug"]) == ("MAPP-0630", "lock-damaged")


def test_all_codes_are_listed() -> None:
    assert [row["code"] for row in run("explain", "--json").json["codes"]] == list(EXPLANATIONS)
