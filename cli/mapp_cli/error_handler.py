"""Turns every exception into a message, a hint and an exit code."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from mapp.errors import InvalidInput, MappError
from mapp.sandbox.host_faults import fault_of
from mapp.system_errors import refused_by_system
from mapp_cli import streams
from mapp_cli.console import Console, safe

USAGE: Final = 2
BUG: Final = 70
INTERRUPTED: Final = 130


def guarded(main: Callable[..., Any], *args: Any, **extra: Any) -> Any:
    """Calls click's `main` and turns every exception into a message and an exit code."""
    standalone = extra.pop("standalone_mode", True)
    typed = extra.get("args", args[0] if args else None)
    words = list(sys.argv[1:] if typed is None else typed)
    try:
        returned = main(*args, standalone_mode=False, **extra)
        if standalone:
            streams.finish()
    except BaseException as error:  # the outermost handler: no exception may reach the person as it is
        if not standalone:
            raise
        _end(error, words)
    if standalone:
        sys.exit(returned if isinstance(returned, int) else 0)
    return returned


def _end(error: BaseException, words: list[str]) -> NoReturn:
    """Reports an error and ends the program with its exit code."""
    code = _report(error, words)
    try:
        streams.finish()
    except streams.ReaderGone:
        code = code or streams.CLOSED_PIPE
    except streams.OutputLost as lost:
        code = code or _report(lost, words)
    sys.exit(code)


def _report(error: BaseException, words: list[str]) -> int:
    """Reports an error to the person and returns the exit code."""
    console = Console()
    error = fault_of(error) or error
    match error:
        case SystemExit(code=code):
            return code if isinstance(code, int) else int(code is not None)
        case click.exceptions.Exit(exit_code=code):
            return code
        case streams.ReaderGone():
            return streams.CLOSED_PIPE
        case MappError():
            _explain(console, error, words)
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            console.tell("interrupted")
            return INTERRUPTED
        case click.ClickException():
            streams.say(_usage_message(error))
            return USAGE if isinstance(error, click.UsageError) else error.exit_code
    if (refused := refused_by_system(error)) is not None:
        _explain(console, refused, words)
        return refused.exit_code
    _report_bug(console, error, words)
    return BUG


def _usage_message(error: click.ClickException) -> str:
    """Returns click's message for an error; for a usage error, the usage comes first."""
    message = f"Error: {safe(error.format_message())}"
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is None:
        return message
    help_option = ctx.help_option_names[0] if ctx.help_option_names else ""
    lines = [ctx.get_usage()]
    if help_option:
        lines.append(f"Try '{ctx.command_path} {help_option}' for help.")
    return "\n".join([*lines, "", message])


def _explain(console: Console, error: MappError, words: list[str]) -> None:
    if "--json" in words and not isinstance(error, streams.OutputLost):
        with contextlib.suppress(streams.OutputLost, streams.ReaderGone):
            console.json({"error": error_to_dict(error)})
    console.error(f"{error} [{error.code}]")
    if error.hint:
        console.hint(error.hint)
    if "--debug" in words:
        streams.say("".join(traceback.format_exception(error)).rstrip())


def error_to_dict(error: MappError) -> dict[str, Any]:
    """Returns an error as the `error` object of a JSON answer."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    return {
        "code": error.code,
        "exit": error.exit_code,
        "message": error.message,
        "hint": error.hint,
        "problems": [{"path": problem.path, "message": problem.message} for problem in problems],
    }


def _report_bug(console: Console, error: BaseException, words: list[str]) -> None:
    summary = _without_keys(f"{type(error).__name__}: {error}")
    console.error(f"a bug in mapp: {summary} [MAPP-7000]")
    text = _without_keys("".join(traceback.format_exception(error)))
    try:
        path = _log(text)
        console.hint(f"please report it with {path}")
    except OSError:
        streams.say(text.rstrip())
    if "--debug" in words:
        streams.say(text.rstrip())


def _without_keys(text: str) -> str:
    """Returns a report without the person's keys; if the keys cannot be read, leaves out all details."""
    try:
        from mapp.config import load_config
        from mapp.keys import known_keys
        from mapp.sandbox.broker.redaction import redact

        return redact(text, known_keys(load_config().config_file))
    except Exception:  # a failure here must not hide the original error
        return "(details left out: your keys could not be read, so they could not be removed)"


def _log(text: str) -> Path:
    import platform
    import time

    import platformdirs

    from mapp.distribution import version

    folder = platformdirs.user_log_path("mapp", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.log"
    head = f"mapp {version()}, Python {platform.python_version()}, {platform.platform()}\n\n"
    path.write_text(head + text, encoding="utf-8")
    return path
