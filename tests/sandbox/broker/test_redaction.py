"""Secrets are found in every supported form."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapp.sandbox.broker.redaction import redact

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
secrets = st.text(PRINTABLE, min_size=8, max_size=60).filter(lambda text: len(set(text)) > 4)
around = st.text("αβγδε\n", max_size=20)


def base64_at(offset: int, encode: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda secret: encode(bytes([0xA5] * offset) + secret.encode() + b"\xa5\xa5").decode()


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "reversed": lambda secret: secret[::-1],
    "quoted": quote,
    "quoted throughout": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "quoted in full": lambda secret: quote(secret, safe=""),
    "quoted as a form": quote_plus,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON with slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "JSON in numbers": lambda secret: "".join(f"\\u{ord(letter):04X}" for letter in secret),
    "HTML in numbers": lambda secret: "".join(f"&#{ord(letter)};" for letter in secret),
    "hex": lambda secret: secret.encode().hex(),
    "hex in capitals": lambda secret: secret.encode().hex().upper(),
    "hex with colons": lambda secret: secret.encode().hex(":"),
    "hex as in C": lambda secret: "".join(f"\\x{byte:02x}" for byte in secret.encode()),
    "hex of the reverse": lambda secret: secret[::-1].encode().hex(),
    "base64 of the reverse": lambda secret: base64.b64encode(secret[::-1].encode()).decode(),
}
for offset in range(3):
    FORMS[f"base64 at {offset}"] = base64_at(offset, base64.b64encode)
    FORMS[f"base64 for URLs at {offset}"] = base64_at(offset, base64.urlsafe_b64encode)
FORMS["base64 in lines"] = lambda secret: base64.encodebytes((secret * 3).encode()).decode()
FORMS["base64 in a URL"] = lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe="")

ENDS = {"base64": 7, "hex": 2}  # what may stay of a form, since it is not of the secret


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20)
@given(secret=secrets, before=around, after=around)
@example(secret="hunter2-hunter2+/=", before="", after="")
@example(secret='p"a\\s/s w&o<r>d%25', before="", after="")
@example(secret="\\\\\\\\\\abcde", before="", after="")
@example(secret="0000123\\", before="", after="")
@example(secret="0000123&", before="", after="")
@example(secret="0000123%", before="", after="")
@example(secret="0000123 ", before="", after="")
@example(secret="\\&% 0123", before="", after="")
def test_every_form_of_a_secret_is_removed(form: str, secret: str, before: str, after: str) -> None:
    planted = FORMS[form](secret)
    text = redact(f"{before}{planted}{after}", {"KEY": secret})
    assert "[secret KEY]" in text
    rest = text.replace("[secret KEY]", "").replace(before, "", 1).removesuffix(after)
    assert len(rest) <= ENDS.get(form.split()[0], 0), rest


@given(text=st.text(string.ascii_letters + string.digits + "%+/=&\\ ", max_size=200))
def test_text_without_a_secret_is_unchanged(text: str) -> None:
    assert redact(text, {"KEY": "hunter2-hunter2", "EMPTY": ""}) == text


def test_several_secrets_get_their_own_names_and_the_longest_matches_first() -> None:
    text = redact("abcdefghij abcdefgh", {"SHORT": "abcdefgh", "LONG": "abcdefghij"})
    assert text == "[secret LONG] [secret SHORT]"


def test_a_very_short_secret_is_found_only_in_plain_form() -> None:
    assert redact("pin=123 MTIz 321", {"PIN": "123"}) == "pin=[secret PIN] MTIz 321"


def test_json_stays_json() -> None:
    document = {"a": 'x"hunter2/hunter2"', "b": ["hunter2/hunter2"], "hunter2/hunter2": 1}
    text = redact(json.dumps(document), {"KEY": "hunter2/hunter2"})
    assert json.loads(text) == {"a": 'x"[secret KEY]"', "b": ["[secret KEY]"], "[secret KEY]": 1}


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("abcdefgh" * 6, ("abcdefgh" * 6)[:-1] * 4000),
        ("\\" * 40 + "x", "\\" * 60_000),
        ("%25" * 12 + "x", "%25" * 60_000),
        ("+/+/" * 10 + "x", "+/" * 60_000),
        ("&amp;" * 8 + "x", "&amp;" * 30_000),
    ],
)
def test_near_misses_take_linear_time(secret: str, text: str) -> None:
    """If a part of a pattern could match in two ways, these would take exponential time."""
    assert redact(text, {"KEY": secret}) == text
