"""Markdown as forges read it, and texts that try to be more than text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

HARMLESS: Final = frozenset(["<!-- -->", "<span>", "</span>"])
"""The pieces of HTML that keep two characters apart."""
STRUCTURE: Final = (
    "heading_open", "tr_open", "th_open", "td_open", "fence", "code_block", "hr", "html_block", "table_open",
    "bullet_list_open", "ordered_list_open", "list_item_open", "blockquote_open", "paragraph_open",
)  # fmt: skip
FORGES: Final = re.compile(
    r"[@#!%~&^$][\w\"]|\$`|GH-\d|www\.|(?:https?|ftp|mailto|xmpp):|:[\w+-]+:|\[[ x]\]|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""What a forge makes a link, a mention, a formula, a picture or a box of, within one text node."""
COMMAND: Final = re.compile(r"^/\w", re.MULTILINE)
"""A quick action of GitLab, at the beginning of a line of the source."""
PIECES: Final = (
    "@all", "@", "#1", "#", "GH-1", "!1", "%1", "~bug", '~"a b"', "&1", "&", "$", "$x$", "^1", "`", "``",
    "```", "```js", "~~~", "*", "**", "_", "__", "~~", "\\", "[", "]", "(", ")", "![x]", "[x](y)", "[ ] ",
    "[x] ", "[^1]", "[a]: b", "<", ">", "<b>", "</b>", "<!--", "-->", "<details>", "</details>", "<script>",
    "<img src=x onerror=y>", "&lt;", "&amp;", "&#64;all", "|", "| a |", "|---|", "---", "===", "- ", "+ ",
    "* ", "1. ", "1) ", "1.", "# ", "> ", "    ", "\t", "\n", "\r", "\r\n", "\n\n", "www.evil.example",
    "_www.evil.example", "https://evil.example", "1https://evil.example", "HTTP://e.example",
    "evil@e.example", "mailto:e@e", "xmpp:e@e", "ftp://e", ":tada:", ":", "/close", "/", "\u202e", "\u2066",
    "\u200b", "\ufeff", "\u2028", "\x00", "\x1b[31m", "\x7f", "\x85", "\u3164", "\U000e0041", "\U000e0100",
    "\ud800", "0123abcdef", "a", "1", " ", "é", "漢",
)  # fmt: skip
"""Pieces of GitHub's Markdown, of HTML, of what forges look for in texts, and characters that hide others."""


def markup() -> st.SearchStrategy[str]:
    """Returns texts of pieces that count as markup in one place or another."""
    piece = st.sampled_from(PIECES) | st.text(max_size=3)
    return st.lists(piece, min_size=1, max_size=8).map("".join).filter(str.strip)


def parsed(text: str) -> Sequence[Token]:
    """Returns the tokens of a Markdown text, with tables and strikethrough."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def counted(tokens: Sequence[Token], kind: str) -> int:
    """Returns how many tokens are of a kind."""
    return [token.type for token in tokens].count(kind)
