"""Where exceptions end: each becomes a message, what to do next, and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from mapp.errors import InvalidInput, MappError
from mapp.sandbox.host import fault_of
from mapp_cli.console import Console

USAGE: Final = 2
BUG: Final = 70
INTERRUPTED: Final = 130

_NOT_OURS: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EMFILE", "ENFILE"),
        *("ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP", "ENOENT"),
    )
    if hasattr(errno, name)
)
"""What the system may answer to any program: full disks, missing rights, a file where a folder should be."""


def guarded(main: Callable[..., Any], *args: Any, **extra: Any) -> Any:
    """Calls click's `main`, turning every exception into its message and exit code."""
    standalone = extra.pop("standalone_mode", True)
    typed = extra.get("args", args[0] if args else None)
    words = list(sys.argv[1:] if typed is None else typed)
    try:
        found = main(*args, standalone_mode=False, **extra)
    except BaseException as error:  # the outermost boundary: nothing may pass it unexplained
        if not standalone:
            raise
        _end(error, words)
    if standalone:
        sys.exit(found if isinstance(found, int) else 0)
    return found


def _end(error: BaseException, words: list[str]) -> NoReturn:
    console = Console()
    error = fault_of(error) or error
    match error:
        case SystemExit():
            raise error
        case click.exceptions.Exit(exit_code=code):
            sys.exit(code)
        case MappError():
            _explain(console, error, words)
            sys.exit(error.exit_code)
        case click.Abort() | KeyboardInterrupt():
            console.tell("interrupted")
            sys.exit(INTERRUPTED)
        case BrokenPipeError():
            # Whoever read our output has gone: nobody to tell.
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123 - for the interpreter's last flush
            sys.exit(141)
        case click.ClickException():
            error.show()
            sys.exit(USAGE if isinstance(error, click.UsageError) else error.exit_code)
        case OSError(errno=number) if number in _NOT_OURS:
            _explain(console, _from_system(error), words)
            sys.exit(MappError.exit_code)
        case _:
            _report_bug(console, error, words)
            sys.exit(BUG)


def _from_system(error: OSError) -> MappError:
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return MappError(what, hint="make room or give access there, or choose another place", code="MAPP-0220")


def _explain(console: Console, error: MappError, words: list[str]) -> None:
    if "--json" in words:
        console.json({"error": error_to_dict(error)})
    console.error(f"{error} [{error.code}]")
    if error.hint:
        console.hint(error.hint)
    if "--debug" in words:
        traceback.print_exception(error)


def error_to_dict(error: MappError) -> dict[str, Any]:
    """Returns an error as JSON answers carry it."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    return {
        "code": error.code,
        "exit": error.exit_code,
        "message": error.message,
        "hint": error.hint,
        "problems": [{"path": problem.path, "message": problem.message} for problem in problems],
    }


def _report_bug(console: Console, error: BaseException, words: list[str]) -> None:
    console.error(f"a bug in mapp: {type(error).__name__}: {error} [MAPP-7000]")
    text = "".join(traceback.format_exception(error))
    try:
        path = _log(text)
        console.hint(f"please report it with {path}")
    except OSError:
        sys.stderr.write(text)
    if "--debug" in words:
        sys.stderr.write(text)


def _log(text: str) -> Path:
    import platform
    import time
    from importlib.metadata import version

    import platformdirs

    folder = platformdirs.user_log_path("mapp", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.log"
    head = f"mapp {version('mapp')}, Python {platform.python_version()}, {platform.platform()}\n\n"
    path.write_text(head + text, encoding="utf-8")
    return path
