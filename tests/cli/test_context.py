from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mapp_cli.console import Console
from mapp_cli.context import Context
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_nothing_is_opened_or_created_before_it_is_used(world: Path) -> None:
    context = Context(library=None, console=Console(), debug=False)

    assert context.config.library == world / "library"
    assert context.workspace.home.root == world / "library"
    context.close()

    assert not (world / "library").exists()


def test_the_library_option_takes_precedence_over_the_environment(world: Path) -> None:
    context = Context(library=str(world / "other"), console=Console(), debug=False)

    assert context.config.library == world / "other"


def test_close_without_use_does_nothing(world: Path) -> None:
    Context(library=None, console=Console(), debug=False).close()

    assert not (world / "library").exists()


def test_a_file_in_place_of_the_library_is_reported_as_an_error(fill: Fill) -> None:
    path = fill("file", "x")

    found = mapp("--library", str(path), "exec", "double")

    assert found.code in (1, 2, 6)
    assert "bug in mapp" not in found.err
