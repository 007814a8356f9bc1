from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git import layout
from support.library import git, library


@pytest.fixture
def path(world: Path) -> Path:
    return library().app("double").build().repository("double")


def test_a_repository_that_mapp_wrote_is_safe_and_has_no_oddities(path: Path) -> None:
    layout.ensure_safe(path)

    assert layout.oddities(path) == ()


@pytest.mark.parametrize("name", layout.EXTERNAL_REFERENCES)
def test_a_reference_to_another_folder_is_refused(path: Path, name: str) -> None:
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_text("/elsewhere\n")

    with pytest.raises(IntegrityError, match=name) as caught:
        layout.ensure_closed(path)

    assert caught.value.code == "MAPP-0621"


@pytest.mark.parametrize(
    ("name", "size"), [("config", layout.MAX_CONFIG_SIZE), ("refs/heads/main", layout.MAX_REF_SIZE)]
)
def test_an_oversized_file_is_refused(path: Path, name: str, size: int) -> None:
    (path / name).write_bytes(b"#" * (size + 1))

    with pytest.raises(IntegrityError, match="larger than"):
        layout.ensure_safe(path)


def test_settings_that_make_git_run_programs_are_reported(path: Path) -> None:
    git(path, "config", "core.hooksPath", "/elsewhere")
    git(path, "config", "alias.x", "!true")

    found = layout.oddities(path)

    assert [text.partition(" ")[0] for text in found] == ["core.hookspath", "alias.x"]


def test_packed_replacements_are_reported(path: Path) -> None:
    main = git(path, "rev-parse", "main")
    (path / "packed-refs").write_text(f"# pack-refs with: peeled\n{main} refs/replace/{main}\n")

    assert [text.partition(" ")[0] for text in layout.oddities(path)] == ["refs/replace"]
