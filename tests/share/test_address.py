"""Addresses of repositories: what is accepted, what needs a person's word, and what is refused."""

import pytest

from mapp.errors import PermissionNeeded, UsageError
from mapp.share.address import parse_address


@pytest.mark.parametrize(
    ("text", "scheme", "host", "given"),
    [
        (
            "https://Git.Example.com/ada/vat.git",
            "https",
            "git.example.com",
            "https://git.example.com/ada/vat.git",
        ),
        (
            "https://git.example.com:8443/vat",
            "https",
            "git.example.com:8443",
            "https://git.example.com:8443/vat",
        ),
        (
            "ssh://git@example.com:2222/ada/vat",
            "ssh",
            "example.com:2222",
            "ssh://git@example.com:2222/ada/vat",
        ),
        ("git@example.com:ada/vat.git", "ssh", "example.com", "ssh://git@example.com/ada/vat.git"),
    ],
)
def test_encrypted_transports_need_no_permission(text: str, scheme: str, host: str, given: str) -> None:
    found = parse_address(text)
    assert (found.scheme, found.host, found.text) == (scheme, host, given)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("http://git.example.com/vat", "http"),
        ("git://git.example.com/vat", "git"),
        ("/srv/git/vat.git", "file"),
        ("file:///srv/git/vat.git", "file"),
    ],
)
def test_plain_transports_need_permission(text: str, scheme: str) -> None:
    with pytest.raises(PermissionNeeded, match=r"without encryption|on this machine") as refused:
        parse_address(text)
    assert refused.value.code == "MAPP-0740"
    assert parse_address(text, allow_plain=True).scheme == scheme


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-oProxyCommand=id",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c id",
        "ssh://-oProxyCommand=id/x",
        "ssh://git@-oProxyCommand=id/x",
        "git@-oProxyCommand=id:x",
        "ssh://-l@example.com/x",
        "https://user:secret@example.com/x",
        "https://token@example.com/x",
        "ssh://git:secret@example.com/x",
        "https://example.com/x?service=evil",
        "https://example.com/x#fragment",
        "https://example.com",
        "https://exa mple.com/x",
        "https://example.com/a/../../x",
        "https://example.com/%2e%2e/x",
        "https://example.com/x\n",
        "https://exam\u202eple.com/x",
        "file://example.com/x",
        "file:///a/../b",
        "/a/../b",
        "relative/path",
        "C:\\repositories\\x",
        "https://example.com/" + "x" * 500,
        "https://example.com:99999/x",
        "fd::7",
        "javascript:alert(1)",
    ],
)
def test_what_could_be_an_option_a_command_or_a_password_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text, allow_plain=True)


def test_a_password_in_an_address_does_not_show_up_in_the_error() -> None:
    with pytest.raises(UsageError) as refused:
        parse_address("https://ada:hunter2@example.com/x")
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


def test_credentials_belong_to_scheme_host_and_port() -> None:
    one = parse_address("https://example.com/x").origin
    other = parse_address("https://example.com:8443/x").origin
    assert one == "https://example.com"
    assert other == "https://example.com:8443"
