"""Writes results to standard output and messages to standard error, as text or as JSON."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from mapp_cli import streams

if TYPE_CHECKING:
    from mapp_cli.progress_bar import Bar

SCHEMA: Final = 1
"""The version of the JSON answers."""

LINE: Final = 100
"""The longest list of plain values, in characters, that is printed on one line."""

# Control characters and the characters that reorder text on a terminal (Unicode Bidi_Control, UAX #9).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    r"""Returns a JSON text with every control, format and separator character as a JSON escape.

    >>> escaped('"a\u200db"')
    '"a\\u200db"'
    """
    if text.isascii() and "\x7f" not in text:
        return text  # JSON escapes the other control characters itself
    return "".join(_escape(character) if _is_invisible(character) else character for character in text)


def _laid_out(value: dict[str, Any] | list[Any]) -> str:
    """Returns indented JSON; a short list of plain values stays on one line."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        line = json.dumps(value, ensure_ascii=False)
        if len(line) <= LINE:
            return line
    return json.dumps(value, ensure_ascii=False, indent=2)


def _is_invisible(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def colour(stream: Any) -> bool:
    """Returns whether output to a stream may be coloured.

    `NO_COLOR` (no-color.org) takes precedence, then `FORCE_COLOR` and `CLICOLOR_FORCE`, then `TERM=dumb` and
    `CLICOLOR=0`. Otherwise only a terminal gets colours.
    """
    from mapp.config import environment

    known = environment()
    if known.get("NO_COLOR"):
        return False
    if any(known.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if known.get("TERM") == "dumb" or known.get("CLICOLOR") == "0":
        return False
    return bool(stream.isatty())


def _can_draw(stream: Any) -> bool:
    """Returns whether a stream is a terminal that can show a progress bar."""
    from mapp.config import environment

    known = environment()
    return stream.isatty() and known.get("TERM") != "dumb" and not known.get("NO_COLOR")


def _styled(text: str, **style: Any) -> str:
    return click.style(text, **style) if colour(sys.stderr) else text


Advance = Callable[[int, int], None]


def safe(text: str) -> str:
    r"""Returns a text that is safe on a terminal: control and bidirectional characters are escaped.

    >>> safe("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


class Console:
    """Writes the output of commands."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._bar: Bar | None = None

    def result(self, text: str) -> None:
        """Writes a result."""
        self._write(safe(text) if sys.stdout.isatty() else text)

    def document(self, text: str) -> None:
        """Writes a JSON text. On a terminal, invisible characters are JSON escapes."""
        self._write(escaped(text) if sys.stdout.isatty() else text)

    @staticmethod
    def _write(text: str) -> None:
        """Writes a text and a newline, unless the text already ends with one."""
        click.echo(text, nl=not text.endswith("\n"))

    def json(self, document: dict[str, Any]) -> None:
        """Writes a JSON answer on one line, with the schema version."""
        versioned = {"schema": SCHEMA, **document}
        text = json.dumps(versioned, ensure_ascii=False, allow_nan=False)
        # Arguments that are not valid UTF-8 hold lone surrogates, which only JSON escapes can express.
        self.document(text if _is_text(text) else json.dumps(versioned, allow_nan=False))

    def value(self, value: Any) -> None:
        """Writes an app's output for a person: a text unchanged, any other value as JSON."""
        if isinstance(value, str):
            self.result(value)
        elif isinstance(value, bool) or value is None:
            self.result(json.dumps(value))
        elif isinstance(value, dict | list):
            self.document(_laid_out(value))
        else:
            from mapp.model.values import canonical

            self.result(canonical(value))

    def tell(self, text: str) -> None:
        """Writes a message to standard error."""
        if not self.quiet:
            streams.say(safe(text))

    def note(self, text: str) -> None:
        """Writes how a request was read, dimmed; `--quiet` does not hide it."""
        streams.say(_styled(safe(text), dim=True))

    def warn(self, text: str) -> None:
        """Writes a warning; `--quiet` does not hide it."""
        mark = click.style("warning:", fg="yellow", bold=True)
        click.echo(f"{mark} {safe(text)}", err=True)

    def error(self, text: str) -> None:
        """Writes an error; `--quiet` does not hide it."""
        streams.say(f"{_styled('error:', fg='red', bold=True)} {safe(text)}")

    def hint(self, text: str) -> None:
        """Writes what to do next."""
        streams.say(f"  {_styled('hint:', fg='cyan')} {safe(text)}")

    def table(self, rows: Iterable[Sequence[str]], headings: Sequence[str]) -> None:
        """Writes rows in columns. On a terminal, headings are added and lines are cut to its width."""
        from shutil import get_terminal_size

        body = [[safe(cell).replace("\n", " ") for cell in row] for row in rows]
        cells = [list(headings), *body] if sys.stdout.isatty() else body
        widths = [max((len(row[at]) for row in cells), default=0) for at in range(len(headings))]
        limit = get_terminal_size().columns if sys.stdout.isatty() else 10_000
        for row in cells:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            click.echo(line if len(line) <= limit else line[: limit - 1] + "…")

    def confirm(self, question: str) -> bool:
        """Returns the person's answer to a yes-or-no question. Without a terminal it is no."""
        if not self.can_ask:
            return False
        return click.confirm(safe(question), err=True, default=False)

    def prompt(self, question: str) -> str:
        """Returns what the person types as the answer to a question; empty means to cancel."""
        if not self.can_ask:
            return ""
        return str(
            click.prompt(safe(question), default="", err=True, show_default=False, prompt_suffix=" ")
        ).strip()

    @property
    def can_ask(self) -> bool:
        """Returns whether a person can be asked: standard input and error are terminals."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def is_watched(self) -> bool:
        """Returns whether a person sees what is written: standard output and error are terminals."""
        return sys.stdout.isatty() and sys.stderr.isatty()

    @contextlib.contextmanager
    def progress(self, title: str, *, share: float = 1.0) -> Iterator[Advance]:
        """Shows the progress of a long task: a bar on a terminal, otherwise a line at start and end.

        Yields a function that takes two numbers: how much is done, and how much there is. With a `share`
        below 1, other tasks follow: this one takes that share of what is left of the bar, and the bar stays
        until something is written.
        """
        if self.quiet:
            yield lambda done, total: None
        elif _can_draw(sys.stderr):
            with self._shown_bar().phase(title, share) as advance:
                yield advance
        else:
            self.tell(f"{title} …")
            started = time.monotonic()
            yield lambda done, total: None
            self.tell(f"{title}: {time.monotonic() - started:.1f} s")

    def status(self, text: Callable[[], str]) -> None:
        """Shows a line that says what is running, if the terminal can draw one and none is shown yet.

        It moves until a question is asked, an answer is written, or `close` is called.
        """
        if self.quiet or not _can_draw(sys.stderr) or (self._bar is not None and not self._bar.ended):
            return
        from mapp_cli.progress_bar import StatusLine

        self._bar = StatusLine(lambda: safe(text()))

    def _shown_bar(self) -> Bar:
        from mapp_cli.progress_bar import Bar

        if self._bar is None or self._bar.ended:
            self._bar = Bar(styled=lambda text: _styled(text, fg="green"))
        return self._bar

    def close(self) -> None:
        """Removes the progress bar or status line, if one is shown."""
        if self._bar is not None:
            self._bar.end()
