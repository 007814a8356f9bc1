from __future__ import annotations

from support.terminal import mapp


def test_a_starter_app_has_a_verdict_that_passed(starter_library: object) -> None:
    answer = mapp("verdict", "vat", "--json").json

    assert (answer["app"], answer["passed"]) == ("vat", True)
    assert mapp("verdict", "vat").out.startswith("vat 1.0.0: passed")


def test_a_missing_app_has_no_verdict(starter_library: object) -> None:
    assert mapp("verdict", "nothing").code == 1
