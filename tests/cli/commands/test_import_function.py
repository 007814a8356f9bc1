from __future__ import annotations

from pathlib import Path

from support.terminal import mapp

SOURCE = """/**
 * Halves a number.
 * @param {number} value A number.
 * @returns {number}
 */
function halve(value) { return value / 2; }
"""


def test_a_function_becomes_a_folder_and_the_next_command_is_safe_to_paste() -> None:
    Path("a file.js").write_text(SOURCE)
    Path("my apps").mkdir()

    found = mapp("import", "a file.js", "--in", "my apps")

    assert found.code == 0, found.err
    assert "mapp add 'my apps/halve'" in found.err
    assert "Halves a number." in Path("my apps/halve/mapp.toml").read_text()
