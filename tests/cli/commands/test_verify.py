from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_a_recomputed_verdict_agrees_with_the_recorded_one() -> None:
    mapp("new", "greeting")
    assert mapp("add", "greeting").code == 0

    answer = mapp("verify", "greeting", "--json")

    assert (answer.code, answer.json["agrees"], answer.json["discrepancies"]) == (0, True, [])
    assert mapp("verify", "greeting").out.startswith("greeting 0.1.0: ")


def test_an_app_without_a_verdict_cannot_be_verified() -> None:
    library().app("double").build()

    assert mapp("verify", "double").code not in (0, 70)
    assert mapp("verify", "nothing").code == 1
