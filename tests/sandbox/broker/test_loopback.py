"""The option `--allow-loopback`: it allows this machine under its own names, and nothing else."""

from __future__ import annotations

import pytest

from mapp.model.hosts import is_loopback, is_loopback_host, normal_host
from mapp.model.http import HttpGrant
from mapp.sandbox.broker.fetcher import Fetcher
from support.web import PUBLIC, Server, World, answer, ask, kind, redirect, says

INSIDE = ("127.0.0.1", "127.0.0.2", "127.255.255.255", "::1")
ELSEWHERE = (
    *("0.0.0.0", "128.0.0.1", "126.255.255.255", "10.0.0.1", "169.254.169.254", "192.168.0.1", "224.0.0.1"),
    *("::", "::2", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1"),
    *("::1%lo", "fc00::1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.1", "localhost", ""),
)


@pytest.mark.parametrize("address", INSIDE)
def test_loopback_addresses_are_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_other_spellings_are_not_loopback(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("host", "whether"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("api.localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("[0:0:0:0:0:0:0:1]", True),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("[::ffff:127.0.0.1]", False),
        ("0.0.0.0", False),
    ],
)
def test_only_localhost_and_loopback_addresses_are_this_machine(host: str, whether: bool) -> None:
    assert is_loopback_host(normal_host(host)) is whether


def grant(host: str, port: int) -> HttpGrant:
    return HttpGrant(host=host, port=port, plain=True, methods=("GET", "POST"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_real_server_on_this_machine_answers_only_where_it_is_allowed(host: str) -> None:
    with Server(says(answer(b"inside"))) as server:
        url = f"http://{host}:{server.port}/"
        fetcher = Fetcher(loopback=True, resolver=lambda name, port: ["127.0.0.1"])
        allowed = ask(fetcher, grant(host, server.port), url=url)
        refused = ask(Fetcher(resolver=lambda name, port: ["127.0.0.1"]), grant(host, server.port), url=url)

    assert (kind(allowed), kind(refused)) == ("200", "address")
    assert server.connections == 1


def test_the_app_must_still_declare_the_host() -> None:
    with Server() as server:
        url = f"http://127.0.0.1:{server.port}/"
        for declared in (grant("127.0.0.1", server.port + 1), grant("localhost", server.port)):
            assert kind(ask(Fetcher(loopback=True), declared, url=url)) == "forbidden"
    assert server.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_public_name_that_leads_to_this_machine_is_refused(address: str) -> None:
    world = World({"api.example": [[address]]})

    assert kind(ask(world.fetcher(loopback=True))) == "address"
    assert world.dialled == []


@pytest.mark.parametrize(
    "addresses",
    [[PUBLIC], ["127.0.0.1", PUBLIC], ["10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["0.0.0.0"]],
)
def test_localhost_must_lead_only_to_this_machine(addresses: list[str]) -> None:
    world = World({"localhost": [addresses]})
    found = ask(world.fetcher(loopback=True), grant("localhost", 80), url="http://localhost/")

    assert kind(found) == "address" and "not a loopback address" in found.message
    assert world.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://localhost@10.0.0.1/",
        "http://10.0.0.1#@localhost/",
        "http://localhost\\@10.0.0.1/",
        "http://loc\u0430lhost/",
    ],
)
def test_other_spellings_reach_nothing(url: str) -> None:
    world = World({"localhost": [["127.0.0.1"]]})
    grants = [grant(host, 80) for host in ("localhost", "127.0.0.1", "[::1]")]

    assert kind(ask(world.fetcher(loopback=True), *grants, url=url)) == "forbidden"
    assert world.dialled == []


@pytest.mark.parametrize("place", ["http://localhost/", "http://127.0.0.1/", "http://[::1]/"])
def test_another_host_cannot_redirect_to_this_machine(place: str) -> None:
    with Server(says(redirect(place))) as server:
        world = World({"api.example": [[PUBLIC]], "localhost": [["127.0.0.1"]]}, server)
        grants = [grant(host, 80) for host in ("api.example", "localhost", "127.0.0.1", "[::1]")]

        assert kind(ask(world.fetcher(loopback=True), *grants)) == "redirect"
    assert world.dialled == [(PUBLIC, 80)]


def test_this_machine_may_redirect_to_itself_and_a_name_is_checked_at_each_step() -> None:
    with Server(says(redirect("/again")), says(answer())) as server:
        world = World({"localhost": [["127.0.0.1"], ["127.0.0.1"]]}, server)
        changing = World({"localhost": [["127.0.0.1"], ["10.0.0.1"]]}, Server(says(redirect("/again"))))
        url = "http://localhost/"

        assert kind(ask(world.fetcher(loopback=True), grant("localhost", 80), url=url)) == "200"
        assert kind(ask(changing.fetcher(loopback=True), grant("localhost", 80), url=url)) == "address"
