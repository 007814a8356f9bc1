from __future__ import annotations

from pathlib import Path

from mapp.model.interface import Difference
from mapp.model.version import Level
from mapp.ops.manage.diff import in_words
from support.apps import Draft, app
from support.library import Built, library
from support.terminal import mapp

REFUSING = (
    "function main(input) { if (input.number < 0) throw Error('negative'); return input.number * 2; }\n"
)


def _second() -> Draft:
    draft = app("double").version("2.0.0").stating(errors={"negative": "It is below zero."}).source(REFUSING)
    return draft.taking(number={"type": "number", "minimum": -1000, "maximum": 2000}, rate={"type": "number"})


def _built() -> Built:
    built = library().app("double").build()
    built.put(_second().taking(rate={"type": "number", "optional": True}))
    return built


def test_by_default_the_previous_version_is_compared_with_main() -> None:
    _built()

    found = mapp("diff", "double")

    assert found.code == 0, found.err
    assert found.out.startswith("double 1.0.0 (")
    assert "major  the error `negative` is a new way to refuse" in found.out
    assert "minor  the argument `number`: maximum was 1000, is 2000: it takes more" in found.out
    assert "minor  the argument `rate` is new and optional" in found.out
    assert "0 of 1 examples give a different result" in found.out
    assert "generated inputs give a different result, all of them where number < 0" in found.out
    assert ", gives the error negative" in found.out
    assert "main.js  +1 -3" in found.out
    assert found.out.rstrip().endswith("this is a major change: 2.0.0 or higher after 1.0.0")


def test_revisions_are_versions_tags_or_commits_in_either_order() -> None:
    built = _built()
    built.put(app("double").version("2.0.1"))

    found = mapp("diff", "double", "v2.0.0", "1.0.0", "--json").json

    assert (found["old"]["version"], found["new"]["version"]) == ("2.0.0", "1.0.0")
    assert found["level"] == "major"
    rows = {row["path"]: (row["level"], row["message"]) for row in found["interface"]}
    assert rows["input.rate"] == ("major", "was removed")
    assert rows["errors.negative"] == ("patch", "is no longer given")
    assert found["behaviour"]["where"] == "number < 0"
    same = mapp("diff", "double", found["new"]["commit"], "1.0.0")
    assert same.out.endswith("no differences\n")


def test_a_folder_is_compared_with_main() -> None:
    _built()
    folder = _second().write(Path("folder"))

    found = mapp("diff", "double", "--folder", str(folder))

    assert "major  the argument `rate` must now be given" in found.out
    assert "generated inputs are no longer valid" in found.out
    assert mapp("diff", "double", "1.0.0", "2.0.0", "--folder", str(folder)).code == 2


def test_a_change_of_prose_only_has_no_differences() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.0.1").file("README.md", "words\n"))

    found = mapp("diff", "double", "--json").json

    assert (found["level"], found["interface"], found["behaviour"]["changed"]) == ("patch", [], [])
    assert [row["path"] for row in found["files"]] == ["README.md", "mapp.toml"]


def test_an_app_without_an_earlier_version_and_a_missing_app_are_errors() -> None:
    library().app("double").build()

    never = mapp("diff", "double")
    assert (never.code, "no earlier version" in never.err, "--folder" in never.err) == (1, True, True)
    assert mapp("diff", "dubble").code == 1
    assert mapp("diff", "double", "9.9.9").code == 1


def test_every_kind_of_difference_has_a_sentence() -> None:
    def said(path: str, message: str) -> str:
        return in_words(Difference(path=path, level=Level.MAJOR, message=message))

    assert said("output", "type was 1, is 2: it is something else") == (
        "the output: type was 1, is 2: it is something else"
    )
    assert said("output.total", "was removed") == "the output `total` was removed"
    assert said("capabilities.http:a.example.com", "is a new capability") == (
        "the capability `http:a.example.com` is a new capability"
    )
    assert said("limits.wall_ms", "was 1, is 2") == "the limit `wall_ms` was 1, is 2"
