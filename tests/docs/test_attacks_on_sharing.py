"""Every check and every test that the page on attacks names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapp.share.checks.all_checks import CHECKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "attacks-on-sharing.md"
_CODE = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, str, str]]:
    """Returns the rows of the page's tables that name a test: what, the answer, the test."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[2].startswith("`tests/"):
            found.append((cells[0], cells[1], cells[2].strip("`")))
    return found


ROWS = rows()


def test_the_page_has_the_stories_and_the_ten_risks() -> None:
    assert len([row for row in ROWS if row[0].startswith("AST")]) == 10
    assert len(ROWS) >= 30


@pytest.mark.parametrize("name", sorted({row[2] for row in ROWS}))
def test_a_test_that_the_page_names_exists(name: str) -> None:
    path, _, test = name.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:async )?def {re.escape(test)}\(", source, re.MULTILINE)


def test_every_check_that_the_page_names_exists() -> None:
    named = {word for _, answer, _ in ROWS for word in _CODE.findall(answer)}
    checks = {word for word in named if not word.startswith("mapp ") and word != "name-xxxxx"}
    assert checks <= {*CHECKS}, checks - {*CHECKS}


def test_most_checks_answer_a_story() -> None:
    named = {word for _, answer, _ in ROWS for word in _CODE.findall(answer)}
    formal = {
        "complete",
        "licence",
        "plausible-time",
        "first-version",
        "sequential-version",
        "reviewed-change",
        "reviewed-yank",
    }
    assert {*CHECKS} - named <= formal | {"reserved-word"}
