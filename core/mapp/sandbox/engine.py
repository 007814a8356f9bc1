"""Which JavaScript engines there are, where they lie, and how a bare interpreter loads one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mapp.config import DEFAULT_ENGINE
from mapp.errors import SandboxUnavailable

HERE = Path(__file__).parent / "child"
PRELUDE = ("prelude.js", "mathematics.js")
# Nothing of ours reaches a worker; UTC0 needs no time-zone file.
ENVIRONMENT = {"TZ": "UTC0", "LC_ALL": "C"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """One way to have QuickJS: a package of PyPI and the extension inside it."""

    package: str
    module: str  # of the extension
    beside: str  # in whose folder the extension lies: a package, or "" for beside the packages themselves
    requirement: str  # what pip is asked for

    @property
    def hint(self) -> str:
        """How to get it."""
        return f"install it with: pip install '{self.requirement}'"


ENGINES: Final = {
    "quickjs-ng": Engine(
        package="quickjs_ng", module="_quickjs", beside="", requirement="quickjs-ng>=0.17,<0.18"
    ),
    "dukpy": Engine(package="dukpy", module="_dukpy", beside="dukpy", requirement="dukpy>=0.6,<0.7"),
}
DEFAULT: Final = DEFAULT_ENGINE
CARRIED: Final = {"0.6.0": "0.11.0"}
"""Releases of dukpy, and of the engine inside; quickjs-ng has the engine's number and one more of its own."""
ASKING: Final = (
    "import ctypes, sys; ask = ctypes.PyDLL(sys.argv[1]).JS_GetVersion;"
    "ask.restype = ctypes.c_char_p; sys.stdout.write(ask().decode())"
)


def installed() -> tuple[str, ...]:
    """Returns the names of the engines that are there."""
    return tuple(name for name in ENGINES if _found(name))


@cache
def extension(name: str = DEFAULT) -> Path:
    """Returns the path of an engine's extension, without importing anything of its package.

    Raises SandboxUnavailable if it is not installed.
    """
    path = _found(name)
    if path is None:
        looked = f"looked for {ENGINES[name].package}"
        raise SandboxUnavailable(
            f"The JavaScript engine is not installed ({looked}).", hint=ENGINES[name].hint
        )
    return path


def _found(name: str) -> Path | None:
    engine = ENGINES[name]
    origin = find_spec(engine.beside or engine.module)
    folder = Path(origin.origin).parent if origin and origin.origin else None
    names = (f"{engine.module}{suffix}" for suffix in EXTENSION_SUFFIXES)
    return next((folder / file for file in names if (folder / file).is_file()), None) if folder else None


@cache
def version(name: str = DEFAULT) -> str:
    """Returns an engine's name and version, and the version of the package that carries it."""
    package = ENGINES[name].package
    # Every run notes it, and importing `importlib.metadata` takes longer than a run.
    folder = extension(name).parent
    for place in (folder.parent, folder):
        for noted in place.glob(f"{package}-*.dist-info"):
            return _title(name, noted.name.removeprefix(f"{package}-").removesuffix(".dist-info"))
    from importlib.metadata import version as version_of

    return _title(name, version_of(package))


def _title(name: str, number: str) -> str:
    if name == "dukpy":
        carried = f" {CARRIED[number]}" if number in CARRIED else ""
        return f"quickjs-ng{carried} (dukpy {number})"
    return f"quickjs-ng {number}"


def own_version(name: str = DEFAULT) -> str:
    """Returns what the engine itself says its version is, asked in a process of its own, or ""."""
    import subprocess  # a run does without

    command = [sys.executable, "-I", "-S", "-c", ASKING, str(extension(name))]
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", "replace")[:40] if done.returncode == 0 else ""


def command(module: str, name: str = DEFAULT) -> list[str]:
    """Returns the command line that starts `main` of a child module of ours in a bare interpreter."""
    start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); import {module}; sys.path.pop(0)"
    if name == "quickjs-ng":
        start = start.replace("; sys.path.pop(0)", "; import quickjs_ng; sys.path.pop(0)")
    interpreter = [sys.executable, "-I", "-S", "-X", "utf8", "-c", f"{start}; {module}.main()"]
    return [*interpreter, str(HERE), str(extension(name)), *(str(HERE / file) for file in PRELUDE)]


def unavailable(what: str, name: str = DEFAULT) -> SandboxUnavailable:
    """Returns the error for an engine that is there but does not start."""
    return SandboxUnavailable(f"The JavaScript sandbox did not start: {what}.", hint=ENGINES[name].hint)
