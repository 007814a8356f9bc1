from __future__ import annotations

import pytest

from mapp.explanations import EXPLANATIONS
from support.terminal import mapp


@pytest.mark.parametrize("code", ["MAPP-0221", "mapp-0221", "0221", "output-lost"])
def test_a_code_is_found_in_every_form(code: str) -> None:
    found = mapp("explain", code)

    if found.code:
        pytest.fail(found.err)
    assert found.out.startswith("MAPP-0221 output-lost\n")


def test_all_codes_are_listed() -> None:
    rows = mapp("explain", "--json").json["codes"]

    assert [row["code"] for row in rows] == list(EXPLANATIONS)
    assert len(mapp("explain").out.splitlines()) == len(rows)
