from __future__ import annotations

from support.library import library
from support.terminal import mapp

STORE = {"store": {"max_kb": 1}}


def test_a_grant_is_kept_until_it_is_revoked() -> None:
    library().app("count").stating(capabilities=STORE).build()

    assert mapp("grant", "count", "store").out == "count may use store\n"
    assert mapp("grant", "count", "--all", "--json").json["granted"]
    assert mapp("revoke", "count").out == "count may use nothing\n"


def test_a_grant_needs_a_capability_that_the_app_declares() -> None:
    library().app("count").stating(capabilities=STORE).build()

    for words in (("grant", "count"), ("grant", "count", "http:example.com")):
        assert mapp(*words).code == 2
