"""Pages publish the figures that the benchmark wrote, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.route import pages
from benchmarks.route.__main__ import PARTS, PUBLISHED
from benchmarks.route.figures import Part, Table, share

PAGE = "Before.\n\n<!-- figures: fresh -->\n\nold\n\n<!-- end of figures -->\n\nAfter.\n"
FOUND = {
    "fresh": {
        **Part(tables=(Table(title="T", headings=("a", "b"), rows=(("x", share(1, 4)),)),)).to_dict(),
        "machine": "2 cores",
    }
}


@pytest.mark.parametrize("page", list(pages.pages()), ids=lambda page: page.name)
def test_a_page_has_the_figures_of_the_results_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == pages.written(text, pages.results()), (
        "run: python -m benchmarks.route --write, or benchmarks.gate"
    )


def test_every_published_part_has_a_place_and_development_has_none() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages.pages())
    for name in PARTS:
        assert (f"<!-- figures: {name} -->" in text) == (name in PUBLISHED), name


def test_figures_replace_what_the_block_said_and_nothing_else() -> None:
    text = pages.written(PAGE, FOUND)
    assert text.startswith("Before.\n\n<!-- figures: fresh -->\n\n**T**\n")
    assert "| x | 25.0 % (4.6 to 69.9), 1 of 4 |" in text and "old" not in text
    assert text.endswith("Measured with 2 cores.\n\n<!-- end of figures -->\n\nAfter.\n")
    assert pages.written(text, FOUND) == text


def test_a_changed_figure_is_noticed() -> None:
    text = pages.written(PAGE, FOUND)
    changed = text.replace("25.0", "99.0")
    assert pages.written(changed, FOUND) != changed


def test_a_part_that_was_not_measured_has_no_figures() -> None:
    assert "Not measured yet." in pages.written(PAGE, {})


def test_writing_changes_the_pages_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "docs" / "other.md").write_text("No figures.\n", encoding="utf-8")
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "results", lambda: FOUND)
    assert pages.write() == [tmp_path / "docs" / "page.md"]
    assert pages.write() == []
