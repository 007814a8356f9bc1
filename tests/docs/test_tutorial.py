"""The sessions on the pages are run, and their output is compared."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.pages import ROOT, Shell, agrees, fences, perform

PERFORMED = sorted(
    page
    for folder in ("tutorial", "how-to", "explanation")
    for page in (ROOT / "docs" / folder).glob("*.md")
    if any(fence.language == "console" for fence in fences(page))
)
NAMES = "apple\nfig\npear\n"
MIN_COMMANDS = 12

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sessions need a POSIX shell")


def test_the_tutorial_does_what_it_says(shell: Shell) -> None:
    assert perform(ROOT / "docs/tutorial/first-app.md", shell) >= MIN_COMMANDS


def test_an_app_heals_as_the_tutorial_says(shell: Shell) -> None:
    assert perform(ROOT / "docs/tutorial/heal-an-app.md", shell) >= MIN_COMMANDS


def test_an_app_is_shared_as_the_tutorial_says(shell: Shell) -> None:
    assert perform(ROOT / "docs/tutorial/share-an-app.md", shell) >= 2 * MIN_COMMANDS


@pytest.mark.parametrize(
    "page", [page for page in PERFORMED if page.parent.name != "tutorial"], ids=lambda page: page.stem
)
def test_a_page_does_what_it_says(page: Path, shell: Shell) -> None:
    assert perform(page, shell)


def test_the_readme_does_what_it_says(shell: Shell) -> None:
    (shell.folder / "names.txt").write_text(NAMES)
    assert perform(ROOT / "README.md", shell)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("288", "288"),
        ("added vat 1.0.0 (…)", "added vat 1.0.0 (0123456789)"),
        ("first\n…\nlast", "first\nlast"),
        ("first\n…\nlast", "first\none\ntwo\nlast"),
        ("…", ""),
    ],
)
def test_the_ellipsis_matches_what_it_stands_for(shown: str, printed: str) -> None:
    assert agrees(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [("288", "289"), ("288", "288\n289"), ("a …", "b c"), ("a\n…\nb", "a\nc"), ("1.0", "1x0")],
)
def test_the_ellipsis_matches_nothing_else(shown: str, printed: str) -> None:
    assert not agrees(shown, printed)
