from __future__ import annotations

from pathlib import Path

from support.apps import app
from support.library import library
from support.terminal import mapp


def test_a_checkout_follows_main_until_it_is_edited() -> None:
    built = library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    built.put(app("double").version("1.0.1"))

    assert mapp("path", "double", "--json").json["behind"] is False
    assert b'"1.0.1"' in (folder / "mapp.toml").read_bytes()


def test_an_edited_checkout_is_kept_and_can_be_added() -> None:
    library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    source = "function main(input) { return 2 * input.number; }\n"
    (folder / "main.js").write_text(source)

    assert mapp("path", "double", "--json").json["edited"] is True
    assert (folder / "main.js").read_text() == source

    manifest = (folder / "mapp.toml").read_text().replace("1.0.0", "1.0.1")
    (folder / "mapp.toml").write_text(manifest)
    added = mapp("add", str(folder), "--json")
    assert added.json["changed"] and added.json["left_out"] == []
    assert mapp("path", "double", "--json").json["edited"] is False


def test_a_checkout_is_never_run() -> None:
    library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    (folder / "main.js").write_text("function main() { return 666; }\n")

    assert mapp("exec", "double", "number=1").out == "2\n"


def test_an_edited_checkout_that_is_behind_main_is_reported() -> None:
    built = library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    (folder / "README.md").write_text("mine\n")
    built.put(app("double").version("1.0.1"))

    found = mapp("path", "double")

    assert "has changed since you edited this checkout" in found.err
    assert (folder / "README.md").read_text() == "mine\n"
