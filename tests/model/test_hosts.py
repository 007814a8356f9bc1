"""One spelling a host."""

from __future__ import annotations

import pytest

from mapp.model.hosts import address_in, normal_host


@pytest.mark.parametrize(
    ("text", "host", "address"),
    [
        ("API.Example.", "api.example", None),
        ("bücher.example", "xn--bcher-kva.example", None),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example", None),
        ("93.184.216.34", "93.184.216.34", "93.184.216.34"),
        ("[2606:4700:0::1]", "[2606:4700::1]", "2606:4700::1"),
        ("1.example", "1.example", None),
        ("0xa.example", "0xa.example", None),
    ],
)
def test_hosts_are_normalised(text: str, host: str, address: str | None) -> None:
    assert normal_host(text) == host
    assert normal_host(host) == host
    assert address_in(host) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a b",
        "a/b",
        "a:80",
        "BÜCHER.example",
        "\u212aey.example",
        "1",
        "0x1",
        "1.2.3",
        "[::1",
        "[::1%1]",
        "a.0x7",
    ],
)
def test_hosts_without_a_normal_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        normal_host(text)
