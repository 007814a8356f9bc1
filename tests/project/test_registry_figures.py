"""A small registry goes through every step of the benchmark, over a real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.registry.__main__ import PARTS, Stopwatch, main
from benchmarks.registry.building import APPS_MOST, build_registry, daemon, names, registry_in
from benchmarks.registry.distant import distant
from benchmarks.route import pages


def test_names_are_distinct_and_valid() -> None:
    found = names(APPS_MOST)
    assert len(set(found)) == APPS_MOST >= 100_000


def test_the_built_registry_is_one(tmp_path: Path) -> None:
    build_registry(tmp_path, 40)
    registry = registry_in(tmp_path)
    assert sorted(registry.names()) == sorted(names(40))
    assert {len(entry.versions) for entry in registry.entries()} == {1, 2}


@pytest.mark.parametrize("part", ["registry", "operations"])
def test_every_step_of_a_part_is_measured(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--apps", "60", "--rounds", "1", "--only", part, "--json", str(tmp_path / "x.json")]) == 0
    (table,) = pages.stored(tmp_path / "x.json")[part]["tables"]
    steps = [row[0] for row in table["rows"]]
    if part == "registry":
        assert {"first fetch of the index", "look-up of a name", "commit of a publication"} <= {*steps}
    else:
        assert steps == ["mapp operations, the first time", "mapp operations, again"]


def test_a_sample_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--apps", "60", "--write"])
    assert "not a sample" in capsys.readouterr().err


def test_the_distant_server_passes_everything_on(tmp_path: Path) -> None:
    build_registry(tmp_path, 5)
    with daemon(tmp_path) as base, distant(base, 0.001) as far:
        here, there = (
            subprocess.run(
                ["git", "ls-remote", f"{url}/registry.git"], capture_output=True, check=True, text=True
            ).stdout
            for url in (base, far)
        )
    assert here == there and "refs/heads/main" in here


def test_the_page_has_what_the_published_file_says() -> None:
    text = (pages.ROOT / "docs" / "explanation" / "sharing-measured.md").read_text(encoding="utf-8")
    assert pages.written(text, pages.results()) == text
    for part in PARTS:
        assert f"<!-- figures: {part} -->" in text


def test_cpu_time_counts_that_of_children() -> None:
    watch = Stopwatch()
    with watch.timing("child"):
        subprocess.run(["git", "--version"], check=True, capture_output=True)
    assert watch.cpu["child"][0] > 0
