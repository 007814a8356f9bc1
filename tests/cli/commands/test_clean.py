from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_recently_removed_apps_are_kept_unless_all_are_asked_for() -> None:
    library().app("double").build()
    mapp("remove", "double")

    assert mapp("clean", "--json").json == {"schema": 1, "deleted": [], "dry_run": False}
    found = mapp("clean", "--all")
    assert (found.out, "1 removed apps deleted" in found.err) == ("double\n", True)
    assert mapp("restore", "double").code == 1


def test_a_dry_run_deletes_nothing() -> None:
    library().app("double").build()
    mapp("remove", "double")

    assert mapp("clean", "--all", "--dry-run", "--json").json["deleted"] == ["double"]
    assert "would be deleted" in mapp("clean", "--all", "--dry-run").err
    assert mapp("restore", "double").code == 0


def test_the_setting_keep_removed_decides_what_is_old() -> None:
    library().app("double").build()
    mapp("remove", "double")
    mapp("config", "keep_removed", "0")

    assert mapp("clean", "--json").json["deleted"] == ["double"]
