"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

import mapp
import mapp_cli


def modules_with_examples() -> list[str]:
    found = []
    for package in (mapp, mapp_cli):
        root = Path(package.__path__[0])
        for path in root.rglob("*.py"):
            if re.search(r"^ +>>> ", path.read_text(encoding="utf-8"), re.MULTILINE):
                found.append(".".join((package.__name__, *path.relative_to(root).with_suffix("").parts)))
    return sorted(name.removesuffix(".__init__") for name in found)


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0


def test_a_wrong_example_is_found() -> None:
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(example, out=lambda _: None).failed == 1
