"""Grants, and runs without them."""

from __future__ import annotations

from support.apps import app
from support.library import PartOfLibrary, library
from support.terminal import mapp

COUNT = """function main(input, host) {
  const n = (host.store.get("n") || 0) + 1;
  host.store.set("n", n);
  if (input.number < 0) throw new TypeError("no");
  return n;
}
"""


def _counting() -> PartOfLibrary:
    draft = library().app("count")
    return draft.stating(capabilities={"clock": True, "store": {"max_kb": 1}}).source(COUNT)


def test_a_newly_added_app_may_not_use_its_store(world: object) -> None:
    _counting().build()
    refused = mapp("exec", "count", "number=1", "--json")

    assert refused.code == 7
    assert refused.json["error"]["code"] == "MAPP-0700"
    assert refused.json["error"]["hint"] == "mapp grant count store"
    assert "not granted: mapp grant count store" in mapp("show", "count").out


def test_a_grant_lasts_until_it_is_revoked() -> None:
    _counting().build()

    assert mapp("grant", "count", "store", "--json").json["granted"] == ["clock", "store"]
    assert [mapp("exec", "count", "number=1").out.strip() for _ in range(2)] == ["1", "2"]
    assert mapp("show", "count", "--json").json["granted"] == ["clock", "store"]
    assert mapp("revoke", "count", "store", "--json").json["granted"] == ["clock"]
    assert mapp("exec", "count", "number=1").code == 7


def test_a_grant_for_one_run_ends_with_it() -> None:
    _counting().build()

    assert mapp("exec", "count", "number=1", "--grant", "store").out.strip() == "1"
    assert mapp("exec", "count", "number=1").code == 7


def test_a_run_that_fails_stores_nothing() -> None:
    _counting().build()
    mapp("grant", "count", "--all")

    assert mapp("exec", "count", "number=1").out.strip() == "1"
    assert mapp("exec", "count", "number=-1").code == 1
    assert mapp("exec", "count", "number=1").out.strip() == "2"


def test_an_undeclared_capability_cannot_be_granted() -> None:
    _counting().build()

    assert mapp("grant", "count", "llm").code == 2
    assert mapp("grant", "count").code == 2
    assert mapp("exec", "count", "number=1", "--grant", "llm").code == 2
    assert mapp("grant", "nobody", "store").code == 1


def test_a_new_version_keeps_its_grants_and_gets_no_others() -> None:
    built = _counting().build()
    mapp("grant", "count", "store")
    wider = app("count").version("2.0.0").source(COUNT)
    built.put(wider.stating(capabilities={"store": {"max_kb": 1}, "llm": {"max_tokens": 9}}))

    assert mapp("show", "count", "--json").json["granted"] == ["store"]
    assert mapp("exec", "count", "number=1").code == 7


def test_removing_an_app_removes_its_store() -> None:
    built = _counting().build()
    mapp("grant", "count", "--all")
    mapp("exec", "count", "number=1")
    mapp("remove", "count")

    assert not built.home.store("count").exists()
