"""Links resolve, every command is documented, and generated pages are up to date."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from mapp_cli import reference
from mapp_cli.group import COMMANDS
from support.pages import ROOT, fences, links

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [page for page in PAGES if page.name not in ("commands.md", "errors.md")]


def anchors(page: Path) -> set[str]:
    """Returns the anchors of the headings of a page, as forges compute them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} does not exist"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


@pytest.mark.parametrize("name", [name for rows in COMMANDS.values() for name in rows])
def test_every_command_is_documented_in_a_hand_written_page(name: str) -> None:
    pages = [page for page in WRITTEN if page != ROOT / "README.md"]
    assert any(re.search(rf"\bmapp {name}\b", page.read_text(encoding="utf-8")) for page in pages)


def test_every_page_is_in_the_docs_readme() -> None:
    known = {(ROOT / "docs" / link).resolve() for link in links(ROOT / "docs/README.md")}
    missing = [
        page for page in (ROOT / "docs").rglob("*.md") if page not in known and page.parent.name != "docs"
    ]
    assert not missing


@pytest.mark.parametrize(
    ("path", "text"), list(reference.pages()), ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_generated_pages_are_current(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run: python -m mapp_cli.reference"


def test_the_python_session_does_what_it_says(indexed_library: Path) -> None:
    page = ROOT / "docs/how-to/use-from-python.md"
    session = "\n".join(fence.content for fence in fences(page) if fence.language == "pycon")
    example = doctest.DocTestParser().get_doctest(session, {}, page.name, str(page), 0)
    assert example.examples
    found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example)
    assert found.failed == 0
