from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import InvalidManifest
from mapp.model.version import Version
from mapp.ops.manage.bump import with_version
from support.apps import Draft, app
from support.library import library
from support.terminal import mapp

MANIFEST = """\
# Mine.
manifest = 1
name = "double"
version = '1.0.0'   # the version, e.g. version = "9.9.9"
description = \"\"\"Doubles:
version = "0.0.1"
\"\"\"

[input.version]
type = "string"
default = "x"

[output]
type = "number"
"""


def test_only_the_version_changes_in_the_file() -> None:
    changed = with_version(MANIFEST, Version.parse("12.3.4"))

    assert changed == MANIFEST.replace("'1.0.0'", "'12.3.4'")


@pytest.mark.parametrize("text", ['[a]\nversion = "1.0.0"\n', 'version = """1.0.0"""\n', "x = 1\n"])
def test_a_version_that_is_not_on_its_own_line_is_an_error(text: str) -> None:
    with pytest.raises(InvalidManifest):
        with_version(text, Version.parse("2.0.0"))


def _folder(draft: Draft) -> Path:
    return draft.write(Path("folder"))


OPTIONAL = {"type": "string", "optional": True}
CASES = {
    "prose": (app("double").file("README.md", "x\n"), "1.0.1", "patch"),
    "other code that does the same": (
        app("double").source("function main(input) { return input.number + input.number; }\n"),
        "1.0.1",
        "patch",
    ),
    "a new optional argument": (app("double").taking(note=OPTIONAL), "1.1.0", "minor"),
    "an argument removed": (app("double").stating(input={}), "2.0.0", "major"),
    "an old example that fails": (
        app("double").source("function main(input) { return input.number * 3; }\n"),
        "2.0.0",
        "major",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_bump_sets_the_version_that_the_difference_requires(what: str) -> None:
    library().app("double").build()
    draft, version, level = CASES[what]
    folder = _folder(draft)

    dry = mapp("bump", f"./{folder}", "--dry-run", "--json").json
    assert (dry["version"], dry["changed"]) == (version, True)
    assert 'version = "1.0.0"' in (folder / "mapp.toml").read_text()
    found = mapp("bump", f"{folder}/", "--json").json

    assert (found["version"], found["level"], found["base"]) == (version, level, "1.0.0")
    assert f'version = "{version}"' in (folder / "mapp.toml").read_text()
    again = mapp("bump", f"./{folder}")
    assert again.out == f"double stays at {version}: enough for a {level} change since 1.0.0\n"


def test_the_gate_accepts_the_version_that_bump_set() -> None:
    library().app("double").build()
    folder = _folder(app("double").taking(note=OPTIONAL))
    assert mapp("add", str(folder)).code == 8

    told = mapp("bump", f"./{folder}")

    assert told.out == "double is now 1.1.0: a minor change since 1.0.0\n"
    assert "input.note: is new and optional (minor)" in told.err
    added = mapp("add", str(folder))
    assert (added.code, added.out.startswith("added double 1.1.0")) == (0, True), added.err


def test_a_higher_version_that_the_user_chose_stays() -> None:
    library().app("double").build()
    folder = _folder(app("double").version("3.0.0").taking(note=OPTIONAL))

    assert mapp("bump", f"./{folder}", "--json").json["version"] == "3.0.0"


def test_a_name_means_the_apps_checkout() -> None:
    built = library().app("double").build()
    checkout = Path(mapp("path", "double").out.strip())
    assert mapp("bump", "double").out == "double stays at 1.0.0: nothing changed since it\n"
    (checkout / "README.md").write_text("new\n")

    assert mapp("bump", "double", "--json").json["version"] == "1.0.1"

    assert 'version = "1.0.1"' in (checkout / "mapp.toml").read_text()
    assert str(built.home.root) in str(checkout)


def test_a_new_app_keeps_its_version() -> None:
    folder = _folder(app("double").version("0.3.0"))

    assert mapp("bump", f"./{folder}").out == "double stays at 0.3.0: there is no version before it\n"


def test_after_a_rollback_no_released_version_is_reused() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.1.0").taking(note=OPTIONAL))
    assert mapp("rollback", "double").code == 0
    folder = _folder(app("double").file("README.md", "fixed\n"))

    found = mapp("bump", f"./{folder}", "--json").json

    assert found["version"] == "2.0.0", "users of 1.1.0 lose an argument"
    assert mapp(
        "bump", str(_folder(app("double").version("1.1.0").file("README.md", "x\n"))) + "/", "--json"
    ).json["version"] == ("2.0.0")
