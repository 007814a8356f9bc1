"""Draws free texts: words, digits, markup, and the difficult parts of Unicode."""

from __future__ import annotations

from typing import Final

from mapp.validate.generate.choices import Choices, Drawer, length, pick, seldom

MAX_LENGTH: Final = 100_000
"""The largest `minLength` for which texts are drawn."""
USUAL: Final = 400
_WORDS: Final = (
    *("a", "the", "Hello", "world", "foo", "bar", "Ada", "LOUD", "camelCase", "snake_case", "kebab-case"),
    *("x1", "42", "3.14", "-7", "1,000", "50%", "2024-02-29", "café", "naïve", "Straße", "don't", "e.g."),
)
_AWKWARD: Final = (
    *(
        '"',
        "'",
        "\\",
        "\n",
        "\t",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "\0",
        "\x7f",
        "\x1b",
    ),
    *(
        ",",
        ";",
        ":",
        "|",
        "/",
        "%",
        "%20",
        "&",
        "&amp;",
        "<b>",
        "</script>",
        "{{x}}",
        "{",
        "}",
        "[",
        "]",
        "$&",
    ),
    *("#", "=", "+", "-", "--", "_", "*", "`", "~", "^", "(", ")", "\\n", "${x}", "//", "/*", "..", "?"),
    *(
        "é",
        "e\u0301",
        "n\u0303",
        "ß",
        "İ",
        "ı",
        "ﬁ",
        "Å",
        "\u0301",
        "\u200d",
        "\u202e",
        "Σς",
        "漢字",
        "ก็",
        "٣",
    ),
    *(
        "😀",
        "👩\u200d👩\u200d👧",
        "🇩🇪",
        "𝒳",
        "👍🏽",
        "\U0010ffff",
        "\U00010000",
        "\uffff",
        "\ud7ff",
        "\ue000",
    ),
    *("null", "undefined", "NaN", "true", "0", "-0", "1e309", "__proto__", "constructor", "toString"),
)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_PRINTABLE: Final = "".join(map(chr, range(32, 127)))
_ALPHABETS: Final = (
    _LETTERS,
    _LETTERS.upper() + _LETTERS,
    "0123456789",
    "ab",
    "01",
    _PRINTABLE,
    " \n\tab,\"'\\",
)


def texts(shortest: int, longest: int | None) -> Drawer:
    """Returns a drawer of texts whose number of characters (code points) lies between two bounds."""
    most = max(shortest, min(USUAL if longest is None else longest, MAX_LENGTH))
    kinds: tuple[Drawer, ...] = (_sentence, _letters, _awkward, _sentence, _lines, _any, _repeated)

    def drawn(choices: Choices) -> str:
        wanted = length(choices, shortest, most)
        if wanted == 0:
            return ""
        if wanted == 1:
            return character(choices)[:1]
        text: str = pick(choices, kinds)(choices)
        while len(text) < wanted:
            # Doubling keeps long texts cheap, and the seam is an interesting place.
            text += pick(choices, _AWKWARD) + (text if len(text) > 40 else pick(choices, kinds)(choices))
        if len(text) > most or seldom(choices, 2):
            text = text[:wanted]
        return text

    return drawn


def character(choices: Choices) -> str:
    """Draws one character, or a few that belong together."""
    way = choices.below(4)
    if way == 0:
        return pick(choices, _PRINTABLE)
    return pick(choices, _AWKWARD) if way < 3 else any_character(choices)


def any_character(choices: Choices) -> str:
    """Draws any code point except a surrogate, the lower planes more often."""
    bound = pick(choices, (0x80, 0x100, 0x800, 0x10000, 0x110000))
    code = choices.below(bound)
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ue000"


def _sentence(choices: Choices) -> str:
    joint = " " if choices.below(4) else pick(choices, _AWKWARD)
    return joint.join(pick(choices, _WORDS) for _ in range(1 + choices.below(6)))


def _letters(choices: Choices) -> str:
    alphabet = pick(choices, _ALPHABETS)
    return "".join(pick(choices, alphabet) for _ in range(1 + choices.below(10)))


def _awkward(choices: Choices) -> str:
    return "".join(pick(choices, (_WORDS, _AWKWARD)[choices.below(2)]) for _ in range(1 + choices.below(6)))


def _lines(choices: Choices) -> str:
    line_break = pick(choices, ("\n", "\n", "\r\n", "\n\n"))
    rows = [
        _sentence(choices) if choices.below(3) else _letters(choices) for _ in range(1 + choices.below(4))
    ]
    # The same line twice, in another case, or with an extra space: typical mistakes in sorting and comparing.
    rows.append(pick(choices, (rows[0], rows[0].upper(), rows[0] + " ", "")))
    return line_break.join(rows)


def _any(choices: Choices) -> str:
    return "".join(any_character(choices) for _ in range(1 + choices.below(8)))


def _repeated(choices: Choices) -> str:
    return character(choices) * (1 + choices.below(12))
