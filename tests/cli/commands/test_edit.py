from __future__ import annotations

import pytest

from support.library import library
from support.terminal import mapp


@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_without_changes_nothing_is_committed(
    extra: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    library().app("double").build()
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.setenv(name, "true")

    found = mapp("edit", "double", *extra)

    assert found.code == 0
    assert len(mapp("log", "double", "--json").json["commits"]) == 1
    assert found.json["changed"] is False if extra else "nothing changed" in found.err
