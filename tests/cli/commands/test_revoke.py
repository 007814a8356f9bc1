from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_a_revoked_capability_is_refused_again() -> None:
    library().app("count").stating(capabilities={"store": {"max_kb": 1}}).build()
    mapp("grant", "count", "--all")

    assert mapp("revoke", "count", "store", "--json").json == {"schema": 1, "app": "count", "granted": []}
    assert mapp("exec", "count", "number=1").code == 7
