"""Tables of URLs, grants and addresses with the expected refusals, without any connection."""

from __future__ import annotations

import pytest

from mapp.model.http import HttpGrant
from support.web import OTHER_PUBLIC, PUBLIC, World, ask, kind

GRANTS = (
    HttpGrant(host="api.example"),
    HttpGrant(host="plain.example", plain=True),
    HttpGrant(host="odd.example", port=8443),
    HttpGrant(host="bücher.example"),
    HttpGrant(host="v4.example."),
    HttpGrant(host=PUBLIC),
    HttpGrant(host="127.0.0.1", plain=True),
    HttpGrant(host="169.254.169.254", plain=True),
    HttpGrant(host="[2606:4700:4700:0::1111]"),
    HttpGrant(host="[::1]"),
    HttpGrant(host="[::ffff:93.184.216.34]"),
    HttpGrant(host="localhost", plain=True),
)

# A request that passes every check ends in a refused connection, because no server listens here.
ALLOWED = [
    "https://api.example",
    "https://api.example/",
    "https://api.example?a=b",
    "https://API.Example/path?q=1#part",
    "HTTPS://api.example/",
    "https://api.example./",
    "https://api.example:443/",
    "https://api.example/a%20b/%2e%2e/ü?q=ü",
    "https://v4.example/",
    "http://plain.example/",
    "http://plain.example:80/",
    "https://plain.example/",
    "https://odd.example:8443/",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    f"https://{PUBLIC}/",
    "https://[2606:4700:4700::1111]/",
    "https://[2606:4700:4700:0:0:0:0:1111]:443/",
    "https://api.example/@elsewhere.example/:80/",
]

FORBIDDEN = [
    # not granted, or not in this way
    "https://evil.example/",
    "https://sub.api.example/",
    "https://api.example.evil.example/",
    "https://xapi.example/",
    "https://example/",
    "http://api.example/",
    "http://api.example:443/",
    "https://api.example:444/",
    "https://odd.example/",
    "https://odd.example:443/",
    "https://odd.example:08443/",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1112]/",
    # other schemes, no scheme
    "ftp://api.example/",
    "file:///etc/passwd",
    "gopher://api.example/",
    "javascript:alert(1)",
    "data:text/plain,hello",
    "ws://api.example/",
    "//api.example/",
    "api.example",
    "https:api.example",
    "https:/api.example",
    "https:///api.example",
    "https://",
    "",
    # user information before the host, or something that looks like it
    "https://user@api.example/",
    "https://user:password@api.example/",
    "https://@api.example/",
    "https://api.example@evil.example/",
    "https://evil.example#@api.example/",
    "https://evil.example?@api.example/",
    "https://evil.example\\@api.example/",
    "https://api.example\\.evil.example/",
    "https:\\\\api.example/",
    # characters that programs read differently
    "https://api.example/\r\nHost: evil.example",
    "https://api.example/a\tb",
    "https://api.exam\tple/",
    "https://api.example /",
    " https://api.example/",
    "https://api.example/ ",
    "https://api.example/\x00",
    "https://api.example/\x7f",
    "https://api.example\u2028/",
    "https://api.example/\ud800",
    "\ufeffhttps://api.example/",
    # other spellings of hosts
    "https://api%2eexample/",
    "https://%61pi.example/",
    "https://api.example%00.evil.example/",
    "https://\uff41pi.example/",
    "https://api\u3002example/",
    "https://api\uff0eexample/",
    "https://ⓐpi.example/",
    "https://арі.example/",
    "https://api.exam\u00adple/",
    "https://api.exam\u200bple/",
    "https://api.e\u212aample/",
    "https://api..example/",
    "https://.api.example/",
    "https://api.example../",
    "https://-api.example/",
    "https://api_.example/",
    "https://xn--a.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://api.example:/",
    "https://api.example:0/",
    "https://api.example:65536/",
    "https://api.example:99999999/",
    "https://api.example:443:443/",
    "https://api.example:+443/",
    "https://api.example:٤٤٣/",
    # other spellings of addresses: each of these is 127.0.0.1 or 93.184.216.34 to some program
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.01/",
    "http://127.0.0.0x1/",
    "http://127.0.0.1.1/",
    "http://0x/",
    "http://127\u30020\u30020\u30021/",
    "http://①②⑦.0.0.1/",
    "http://127.0.0.١/",
    "https://1572395042/",
    "https://[::1%25lo]/",
    "https://[::1%lo]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[v1.fe]/",
    "https://[]/",
    "https://[api.example]/",
    "https://[127.0.0.1]/",
]

NAMES = {
    name: [[PUBLIC]]
    for name in ("api.example", "plain.example", "odd.example", "xn--bcher-kva.example", "v4.example")
}


@pytest.mark.parametrize("url", ALLOWED)
def test_a_granted_url_is_connected_to(url: str) -> None:
    world = World(NAMES)
    assert kind(ask(world.fetcher(), *GRANTS, url=url)) == "connect"
    assert len(world.dialled) == 1
    assert len(world.looked_up) <= 1


@pytest.mark.parametrize("url", FORBIDDEN)
def test_an_ambiguous_or_ungranted_url_is_never_looked_up(url: str) -> None:
    world = World(NAMES)
    assert kind(ask(world.fetcher(), *GRANTS, url=url)) == "forbidden"
    assert not world.looked_up
    assert not world.dialled


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:5db8:d822]/",
    ],
)
def test_a_granted_address_must_still_be_public(url: str) -> None:
    world = World({})
    assert kind(ask(world.fetcher(), *GRANTS, url=url)) == "address"
    assert world.dialled == []


def test_a_granted_localhost_is_refused() -> None:
    world = World({"localhost": [["127.0.0.1"]]})
    assert kind(ask(world.fetcher(), *GRANTS, url="http://localhost/")) == "address"
    assert world.dialled == []


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([PUBLIC], "connect"),
        (["2606:4700:4700::1111"], "connect"),
        ([], "dns"),
        (["127.0.0.1"], "address"),
        (["10.1.2.3"], "address"),
        (["100.100.100.200"], "address"),
        (["169.254.169.254"], "address"),
        (["168.63.129.16"], "address"),
        (["192.0.0.192"], "address"),
        (["0.0.0.0"], "address"),
        (["255.255.255.255"], "address"),
        (["224.0.0.1"], "address"),
        (["::1"], "address"),
        (["::"], "address"),
        (["::ffff:93.184.216.34"], "address"),
        (["::93.184.216.34"], "address"),
        (["64:ff9b::5db8:d822"], "address"),
        (["64:ff9b:1::1"], "address"),
        (["2002:5db8:d822::1"], "address"),
        (["2001:0:4136:e378::1"], "address"),
        (["fd00:ec2::254"], "address"),
        (["fe80::1"], "address"),
        (["fe80::1%eth0"], "address"),
        (["2606:4700:4700::1111%eth0"], "address"),
        (["fec0::1"], "address"),
        (["2606:4700:4700::200:5efe:127.0.0.1"], "address"),
        (["ff02::1"], "address"),
        (["2001:db8::1"], "address"),
        (["no address"], "address"),
        ([""], "address"),
        ([PUBLIC, "127.0.0.1"], "address"),
        (["127.0.0.1", PUBLIC], "address"),
        ([PUBLIC, OTHER_PUBLIC, "::1"], "address"),
    ],
)
def test_one_address_that_is_not_public_refuses_the_whole_name(addresses: list[str], expected: str) -> None:
    world = World({"api.example": [addresses]})
    assert kind(ask(world.fetcher(), HttpGrant(host="api.example"), url="https://api.example/")) == expected
    assert [address for address, _ in world.dialled] == (addresses if expected == "connect" else [])


def test_an_unknown_name_is_a_dns_fault() -> None:
    assert kind(ask(World({}).fetcher())) == "dns"


def test_only_the_first_addresses_are_tried() -> None:
    addresses = [f"93.184.216.{last}" for last in range(1, 10)]
    world = World({"api.example": [addresses]})
    assert kind(ask(world.fetcher())) == "connect"
    assert [address for address, _ in world.dialled] == addresses[:4]
    assert world.looked_up == ["api.example"]


@pytest.mark.parametrize("method", ["POST", "DELETE", "CONNECT", "TRACE", "GET /", "", "get\r\nX: y"])
def test_methods_outside_the_grant_are_refused(method: str) -> None:
    world = World(NAMES)
    assert kind(ask(world.fetcher(), *GRANTS, url="https://api.example/", method=method)) == "forbidden"
    assert world.dialled == []


def test_a_grant_of_connect_is_a_problem_and_the_case_of_a_method_is_not() -> None:
    assert list(HttpGrant(host="api.example", methods=("CONNECT",)).problems())
    assert kind(ask(World(NAMES).fetcher(), *GRANTS, url="https://api.example/", method="get")) == "connect"


def test_refused_calls_count_too() -> None:
    fetcher = World(NAMES).fetcher()
    results = [kind(ask(fetcher, *GRANTS, url="https://evil.example/")) for _ in range(21)]
    assert results == ["forbidden"] * 20 + ["too_many"]


def test_a_url_that_is_too_long_is_refused_quoted_or_not() -> None:
    fetcher = World(NAMES).fetcher()
    assert kind(ask(fetcher, *GRANTS, url="https://api.example/" + "a" * 9000)) == "too_large"
    assert kind(ask(fetcher, *GRANTS, url="https://api.example/" + "ü" * 3000)) == "too_large"
