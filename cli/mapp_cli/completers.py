"""What a shell offers after TAB: apps, arguments, values, settings, error codes and files.

Completers are fast and silent: a broken library, app or settings file gives no offers and no messages.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from mapp.library.paths import Home
    from mapp.model.manifest import Argument, Manifest

_MOST_OPERATIONS: Final = 20

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Offer = TypeVar("Offer", bound=Callable[[click.Context, str], Iterable[CompletionItem | str]])


def _completer(offer: Offer) -> Completer:
    """Turns a generator of offers into a completer.

    The completer keeps the offers that start with the typed text, and stops at the first exception.
    """

    @functools.wraps(offer)
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        items: list[CompletionItem] = []
        with suppress(Exception):
            for each in offer(ctx, incomplete):
                item = each if isinstance(each, CompletionItem) else CompletionItem(each)
                if item.type != "plain" or str(item.value).startswith(incomplete):
                    items.append(item)
        return items

    return complete


@_completer
def app_names(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Offers the apps in the library, taken from the folder names."""
    with os.scandir(_home(ctx).apps) as rows:
        yield from sorted(row.name.removesuffix(".git") for row in rows if row.name.endswith(".git"))


@_completer
def removed_app_names(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Offers the removed apps that can be restored."""
    from mapp.library.removed import removed_apps

    yield from sorted({row.name for row in removed_apps(_home(ctx))})


@_completer
def operation_ids(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    """Offers the latest operations on the library."""
    from mapp.library.operations import newest_operations

    for row in newest_operations(_home(ctx), _MOST_OPERATIONS):
        names = ", ".join(step.app for step in row.steps)
        yield CompletionItem(row.id, help=f"{row.kind} {names}")


@_completer
def lesson_ids(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    """Offers what the library learned, the newest first."""
    from mapp.library.learned import read_learned

    for row in read_learned(_home(ctx))[:-_MOST_OPERATIONS:-1]:
        yield CompletionItem(row.id, help=row.request)


@_completer
def registry_names(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Offers `NAME:` for every registry, to which an app's name is added."""
    from mapp.config import load_config
    from mapp.share.registries import known_registries

    yield from (f"{name}:" for name in sorted(known_registries(load_config())))


@_completer
def incidents(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    """Offers the open incidents, with their app and class."""
    from mapp.observe.incidents import Incidents

    for row in Incidents(_home(ctx).journal).all(None, open=True):
        yield CompletionItem(row.id, help=f"{row.app}: {row.failure}")


@_completer
def apps_or_changes(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem | str]:
    """Offers apps, and the changes that wait for review."""
    from mapp.observe.changes import Changes

    yield from (str(item.value) for item in app_names(ctx, click.Argument(["app"]), incomplete))
    for row in Changes(_home(ctx).journal).waiting():
        yield CompletionItem(row.id, help=f"{row.kind} of {row.app}")


@_completer
def apps_or_files(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem | str]:
    """Offers apps, or folders if the word looks like a path."""
    if "/" in incomplete or incomplete.startswith("."):
        yield CompletionItem(incomplete, type="dir")
        return
    yield from (str(item.value) for item in app_names(ctx, click.Argument(["app"]), incomplete))


@_completer
def files(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    """Lets the shell offer files."""
    yield CompletionItem(incomplete, type="file")


@_completer
def pairs(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem | str]:
    """Offers `name=` for missing arguments, then their values, and files after `name=@`.

    bash splits `name=value` at `=` and `@`; other shells pass the whole word.
    """
    manifest = _manifest(ctx)
    given = [str(word) for word in ctx.params.get("pairs") or ()]
    name, sign, typed = incomplete.partition("=")
    if sign and name:
        yield from _values(manifest, name, typed, before=f"{name}=")
        return
    if given and given[-1] in ("=", "=@"):
        yield from _values(manifest, given[-2], ("@" if given[-1] == "=@" else "") + incomplete, before="")
        return
    if given and "=" not in given[-1]:
        yield from _values(manifest, given[-1], "@" if incomplete == "=@" else "", before="")
        return
    known = {word.partition("=")[0] for word in given}
    for argument in manifest.arguments:
        if argument.name not in known:
            yield CompletionItem(f"{argument.name}=", help=argument.schema.description)


@_completer
def codes(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    """Offers error codes with their names."""
    from mapp.explanations import EXPLANATIONS

    for code, row in EXPLANATIONS.items():
        yield CompletionItem(code, help=row.slug)


@_completer
def settings(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Offers the names of the settings."""
    from mapp.config import SETTINGS

    yield from SETTINGS


@_completer
def setting_values(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Offers the values of the typed setting if it has a fixed list of values."""
    from mapp import config

    name = str(ctx.params.get("name") or "")
    if name in config.CHOICES:
        yield from config.CHOICES[name]
    elif name in ("keep_inputs", "starter"):
        yield from ("true", "false")


def _values(manifest: Manifest, name: str, typed: str, *, before: str) -> Iterator[CompletionItem | str]:
    argument = manifest.argument(name)
    if argument is None:
        return
    if typed.startswith("@"):
        if before:
            yield from (f"{before}@{path}" for path in _paths(typed[1:]))
        else:
            yield CompletionItem(typed[1:], type="file")
        return
    for value in _choices(argument):
        yield f"{before}{value}"


def _choices(argument: Argument) -> tuple[str, ...]:
    import json

    if argument.schema.enum is not None:
        return tuple(value if isinstance(value, str) else json.dumps(value) for value in argument.schema.enum)
    return ("true", "false") if argument.schema.types == ("boolean",) else ()


def _paths(typed: str) -> Iterator[str]:
    folder, _, _ = typed.rpartition("/")
    lead = f"{folder}/" if "/" in typed else ""
    with os.scandir(lead or ".") as rows:
        names = sorted(f"{lead}{row.name}{'/' if row.is_dir() else ''}" for row in rows)
    yield from (name for name in names if name.startswith(typed))


def _home(ctx: click.Context) -> Home:
    from mapp.config import load_config
    from mapp.library.paths import Home

    typed = ctx.find_root().params.get("library")
    return Home(root=load_config(library=Path(typed) if typed else None).library)


def _manifest(ctx: click.Context) -> Manifest:
    from mapp.library import read

    return read.load_runnable(_home(ctx), str(ctx.params["app"])).manifest


def quietly(run: Callable[[], Any]) -> int:
    """Answers a shell that asks for completions; prints offers only, whatever goes wrong."""
    import sys

    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        sys.stderr = nowhere
        with suppress(BaseException):
            run()
        sys.stderr = sys.__stderr__
    return 0
