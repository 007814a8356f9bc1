from __future__ import annotations

from pathlib import Path

from support.apps import app
from support.library import library
from support.terminal import mapp


def test_the_folder_is_printed_alone_and_holds_the_app() -> None:
    library().app("double").build()

    found = mapp("path", "double")

    assert (Path(found.out.strip()) / "main.js").read_bytes() == app().files["main.js"]
    assert found.err == ""


def test_what_was_edited_stays_and_is_told_when_the_app_has_moved_on() -> None:
    built = library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    (folder / "main.js").write_text("// mine\n")
    built.put(app("double").version("1.0.1"))

    found = mapp("path", "double", "--json").json

    assert (found["edited"], found["behind"]) == (True, True)
    assert "has changed since" in mapp("path", "double").err
    assert (folder / "main.js").read_text() == "// mine\n"
