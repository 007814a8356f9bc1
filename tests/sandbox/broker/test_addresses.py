"""`is_public` against an independent oracle, octet by octet and group by group."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapp.sandbox.broker.addresses import is_public

# Addresses near the blocks' edges, where a wrong mask shows; uniform ones nearly never come there.
EDGES_V4 = """
    0.0.0.0 1.0.0.0 10.0.0.0 11.0.0.0 100.64.0.0 100.128.0.0 127.0.0.0 128.0.0.0 168.63.129.16 169.254.0.0
    169.255.0.0 172.16.0.0 172.32.0.0 192.0.0.0 192.0.1.0 192.0.2.0 192.0.3.0 192.31.196.0 192.31.197.0
    192.52.193.0 192.52.194.0 192.88.99.0 192.88.100.0 192.168.0.0 192.169.0.0 192.175.48.0 192.175.49.0
    198.18.0.0 198.20.0.0 198.51.100.0 198.51.101.0 203.0.113.0 203.0.114.0 224.0.0.0 240.0.0.0
    255.255.255.255
"""
EDGES_V6 = """
    2000:: 2001:: 2001:200:: 2001:db8:: 2001:db9:: 2002:: 2003:: 2620:4f:8000:: 2620:4f:8001:: 3ffe:: 3fff::
    3fff:1000:: 4000:: 64:ff9b:: 64:ff9b:1:: ::1 ::ffff:0:0 fc00:: fe80:: fec0:: ff00:: 5f00::
    2606:4700:0:0:0:5efe:: 2606:4700::200:5efe:0:0
"""


def near(edges: str, bits: int) -> st.SearchStrategy[int]:
    version = IPv4Address if bits == 32 else IPv6Address
    starts = st.sampled_from([int(version(edge)) for edge in edges.split()])
    offsets = st.integers(-3, 3) | st.integers(-(1 << 16), 1 << 16)
    return st.builds(lambda start, offset: (start + offset) % (1 << bits), starts, offsets)


v4 = st.integers(0, (1 << 32) - 1) | near(EDGES_V4, 32)
v6 = st.integers(0, (1 << 128) - 1) | st.integers(1 << 125, (1 << 126) - 1) | near(EDGES_V6, 128)


def oracle_v4(number: int) -> bool:
    a, b, c, d = number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255
    match a, b, c:
        case 0 | 10 | 127, _, _:
            return False
        case 100, second, _ if 63 < second < 128:
            return False
        case (169, 254, _) | (192, 168, _) | (198, 18 | 19, _):
            return False
        case 172, second, _ if 15 < second < 32:
            return False
        case 192, 0, 0 | 2:
            return False
        case (192, 31, 196) | (192, 52, 193) | (192, 88, 99) | (192, 175, 48):
            return False
        case (198, 51, 100) | (203, 0, 113):
            return False
        case 168, 63, 129:
            return d != 16
    return a < 224


def oracle_v6(number: int) -> bool:
    groups = [number >> shift & 0xFFFF for shift in range(112, -1, -16)]
    text = [f"{group:04x}" for group in groups]
    if text[0][0] not in "23" or text[0] in ("2002", "3ffe"):
        return False
    if text[0] == "2001" and (groups[1] < 0x200 or text[1] == "0db8"):
        return False
    if text[0] == "3fff" and text[1][0] == "0":
        return False
    if text[:3] == ["2620", "004f", "8000"]:
        return False
    return not (text[5] == "5efe" and text[4] in ("0000", "0200"))


@settings(max_examples=1500)
@given(v4)
def test_v4_agrees_with_the_oracle(number: int) -> None:
    assert is_public(str(IPv4Address(number))) == oracle_v4(number)


@settings(max_examples=1500)
@given(v6)
def test_v6_agrees_with_the_oracle(number: int) -> None:
    assert is_public(str(IPv6Address(number))) == oracle_v6(number)


@given(v4)
@example(int(IPv4Address("93.184.216.34")))
def test_no_address_that_holds_a_v4_address_is_public(number: int) -> None:
    inner = IPv4Address(number)
    groups = f"{number >> 16:x}:{number & 0xFFFF:x}"
    for text in (
        f"::ffff:{inner}",
        f"::{inner}",
        f"64:ff9b::{inner}",
        f"64:ff9b:1::{inner}",
        f"2002:{groups}::1",
        f"2001:0:{groups}::",
        f"fe80::5efe:{inner}",
        f"2606:4700::5efe:{inner}",
        f"2606:4700::200:5efe:{inner}",
    ):
        assert not is_public(text), text


@settings(max_examples=500)
@given(v4 | v6)
def test_every_public_address_is_global_to_python(number: int) -> None:
    for address in [IPv6Address(number)] + ([IPv4Address(number)] if number < 1 << 32 else []):
        assert not is_public(str(address)) or (address.is_global and not address.is_multicast)


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "1.2.3", "01.2.3.4", "93.184.216.34 ", "[2606:4700::1]", "2606:4700::1%lo", "1"],
)
def test_text_that_is_not_an_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e"])
def test_known_public_addresses_are_public(text: str) -> None:
    assert is_public(text)
