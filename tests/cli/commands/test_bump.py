from __future__ import annotations

from pathlib import Path

from support.library import library
from support.terminal import mapp


def _with_new_argument() -> Path:
    """Returns the manifest in the checkout of `double`, with a new optional argument."""
    library().app("double").build()
    manifest = Path(mapp("path", "double").out.strip()) / "mapp.toml"
    argument = '\n[input.rate]\ntype = "number"\noptional = true\ndescription = "A rate."\n'
    manifest.write_text(manifest.read_text() + argument)
    return manifest


def test_the_version_that_the_change_requires_is_set_and_explained() -> None:
    manifest = _with_new_argument()

    found = mapp("bump", "double")

    assert found.out == "double is now 1.1.0: a minor change since 1.0.0\n"
    assert "input.rate" in found.err
    assert '"1.1.0"' in manifest.read_text()


def test_a_dry_run_only_shows_the_version() -> None:
    manifest = _with_new_argument()
    before = manifest.read_text()

    found = mapp("bump", "double", "--dry-run")

    assert found.out == "double would be 1.1.0: a minor change since 1.0.0\n"
    assert manifest.read_text() == before


def test_the_json_answer_has_the_level_and_the_reasons() -> None:
    _with_new_argument()

    answer = mapp("bump", "double", "--json").json

    assert (answer["before"], answer["version"], answer["level"]) == ("1.0.0", "1.1.0", "minor")
    assert answer["reasons"]


def test_without_a_change_the_version_stays() -> None:
    library().app("double").build()

    assert mapp("bump", "double").out == "double stays at 1.0.0: nothing changed\n"
