"""The options that benchmarks with published figures have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

Known = Callable[[str], tuple[str, ...]]


def publishing(name: str, about: str | None) -> argparse.ArgumentParser:
    """Returns the parser of `python -m benchmarks.NAME`, with `--json` and `--write`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured into this file")
    parser.add_argument("--write", action="store_true", help="publish the figures in the documentation")
    return parser


def parsed(
    parser: argparse.ArgumentParser,
    words: Sequence[str] | None,
    sampled: Callable[[argparse.Namespace], object],
) -> argparse.Namespace:
    """Returns the options; ends with a message if a sample is to be published. `sampled` tells a sample."""
    given = parser.parse_args(words)
    if given.write and sampled(given):
        parser.error("--write publishes the whole, not a sample")
    return given


def listed(what: str, known: Collection[str] = ()) -> Known:
    """Returns what reads names with commas in between; with `known`, no others are allowed.

    >>> listed("part", ["tokens", "bugs"])("bugs,tokens")
    ('bugs', 'tokens')
    """

    def read(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        if unknown := [name for name in names if known and name not in known]:
            raise argparse.ArgumentTypeError(f"no {what} {', '.join(unknown)}; there are {', '.join(known)}")
        return names

    return read
