"""The only writer: results on standard output, talk on standard error, as text or as JSON."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import click

from mapp_cli import streams

SCHEMA: Final = 1
"""The version of all JSON answers."""

LINE: Final = 100
"""The longest list of plain values, in characters, that is printed on one line."""

# Control characters, and the ones that reorder text on a terminal (Unicode Bidi_Control, UAX #9).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    r"""Returns a JSON text in which every control, format and separator character is a JSON escape.

    >>> escaped('"a\u200db"')
    '"a\\u200db"'
    """
    if text.isascii() and "\x7f" not in text:
        return text  # JSON escapes the other control characters itself
    return "".join(_escape(character) if _hides(character) else character for character in text)


def _laid_out(value: dict[str, Any] | list[Any]) -> str:
    """Returns indented JSON; a short list of plain values stays on one line."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        line = json.dumps(value, ensure_ascii=False)
        if len(line) <= LINE:
            return line
    return json.dumps(value, ensure_ascii=False, indent=2)


def _hides(character: str) -> bool:
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
    """Returns whether what is written to a stream may be coloured.

    `NO_COLOR` (no-color.org) takes precedence, then `FORCE_COLOR` and `CLICOLOR_FORCE`, then a terminal that
    says it is dumb, and `CLICOLOR=0`; else a terminal gets colours and nothing else does.
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


def _draws(stream: Any) -> bool:
    """Returns whether a stream is a terminal on which a bar can move."""
    from mapp.config import environment

    known = environment()
    return stream.isatty() and known.get("TERM") != "dumb" and not known.get("NO_COLOR")


def _styled(text: str, **style: Any) -> str:
    return click.style(text, **style) if colour(sys.stderr) else text


Advance = Callable[[int, int], None]


def safe(text: str) -> str:
    r"""Returns a text as it may reach a terminal: control and bidirectional characters are spelled out.

    >>> safe("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class Console:
    """Where commands write."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet

    def result(self, text: str) -> None:
        """Writes a result."""
        self._write(safe(text) if sys.stdout.isatty() else text)

    def document(self, text: str) -> None:
        """Writes a JSON text; on a terminal, characters that are not seen are escaped, as JSON does."""
        self._write(escaped(text) if sys.stdout.isatty() else text)

    @staticmethod
    def _write(text: str) -> None:
        """Writes a text and ends its last line, unless it has ended already."""
        click.echo(text, nl=not text.endswith("\n"))

    def json(self, document: dict[str, Any]) -> None:
        """Writes a JSON answer, one line, with the version of its form."""
        self_described = {"schema": SCHEMA, **document}
        text = json.dumps(self_described, ensure_ascii=False, allow_nan=False)
        # Words that were typed in no valid encoding hold lone surrogates, which only escapes can say.
        self.document(text if _is_text(text) else json.dumps(self_described, allow_nan=False))

    def value(self, value: Any) -> None:
        """Writes an app's output as a person reads it: text as it is, the rest as JSON."""
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
        """Says something to the person, on standard error."""
        if not self.quiet:
            streams.say(safe(text))

    def warn(self, text: str) -> None:
        """Warns of a danger; not even `--quiet` hides it."""
        mark = click.style("warning:", fg="yellow", bold=True)
        click.echo(f"{mark} {safe(text)}", err=True)

    def error(self, text: str) -> None:
        """Says what went wrong; not even `--quiet` hides it."""
        streams.say(f"{_styled('error:', fg='red', bold=True)} {safe(text)}")

    def hint(self, text: str) -> None:
        """Says what to do next."""
        streams.say(f"  {_styled('hint:', fg='cyan')} {safe(text)}")

    def table(self, rows: Iterable[Sequence[str]], headings: Sequence[str]) -> None:
        """Writes rows in columns; on a terminal the last column is cut to the width."""
        from shutil import get_terminal_size

        shown = [[safe(cell).replace("\n", " ") for cell in row] for row in rows]
        cells = [list(headings), *shown] if sys.stdout.isatty() else shown
        widths = [max((len(row[at]) for row in cells), default=0) for at in range(len(headings))]
        room = get_terminal_size().columns if sys.stdout.isatty() else 10_000
        for row in cells:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            click.echo(line if len(line) <= room else line[: room - 1] + "…")

    def confirm(self, question: str) -> bool:
        """Returns the person's answer; without a terminal there is nobody to ask, and it is no."""
        if not self.can_ask:
            return False
        return click.confirm(safe(question), err=True, default=False)

    @property
    def can_ask(self) -> bool:
        """Returns whether a person sits at the terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @contextlib.contextmanager
    def progress(self, title: str) -> Iterator[Advance]:
        """Shows the progress of something long: a bar on a terminal, else a line at start and end.

        Yields a function that takes what is done and how much there is.
        """
        if self.quiet:
            yield lambda done, total: None
        elif _draws(sys.stderr):
            with _bar(title) as advance:
                yield advance
        else:
            self.tell(f"{title} …")
            began = time.monotonic()
            yield lambda done, total: None
            self.tell(f"{title}: {time.monotonic() - began:.1f} s")


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Advance]:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
