"""The JavaScript engines: their packages, where they are installed, and how a bare interpreter loads one."""

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
# A worker sees none of our environment. UTC0 needs no time-zone file.
ENVIRONMENT = {"TZ": "UTC0", "LC_ALL": "C"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """One distribution of QuickJS: a package on PyPI and the extension inside it."""

    package: str
    module: str  # of the extension
    parent: str  # the package whose folder holds the extension, or "" if it is installed at the top level
    requirement: str  # what to pass to pip

    @property
    def hint(self) -> str:
        """How to install it."""
        return f"install it with: pip install '{self.requirement}'"


ENGINES: Final = {
    "quickjs-ng": Engine(
        package="quickjs_ng", module="_quickjs", parent="", requirement="quickjs-ng>=0.17,<0.18"
    ),
    "dukpy": Engine(package="dukpy", module="_dukpy", parent="dukpy", requirement="dukpy>=0.6,<0.7"),
}
DEFAULT: Final = DEFAULT_ENGINE
BUNDLED: Final = {"0.6.0": "0.11.0"}
"""The engine inside each release of dukpy. For quickjs-ng, the package's version starts with the engine's."""
VERSION_QUERY: Final = (
    "import ctypes, sys; ask = ctypes.PyDLL(sys.argv[1]).JS_GetVersion;"
    "ask.restype = ctypes.c_char_p; sys.stdout.write(ask().decode())"
)


def installed() -> tuple[str, ...]:
    """Returns the names of the installed engines."""
    return tuple(name for name in ENGINES if _find(name))


@cache
def extension(name: str = DEFAULT) -> Path:
    """Returns the path of an engine's extension without importing its package.

    Raises SandboxUnavailable if the engine is not installed.
    """
    path = _find(name)
    if path is None:
        looked = f"looked for {ENGINES[name].package}"
        raise SandboxUnavailable(
            f"The JavaScript engine is not installed ({looked}).", hint=ENGINES[name].hint
        )
    return path


def _find(name: str) -> Path | None:
    engine = ENGINES[name]
    origin = find_spec(engine.parent or engine.module)
    folder = Path(origin.origin).parent if origin and origin.origin else None
    names = (f"{engine.module}{suffix}" for suffix in EXTENSION_SUFFIXES)
    return next((folder / file for file in names if (folder / file).is_file()), None) if folder else None


@cache
def version(name: str = DEFAULT) -> str:
    """Returns an engine's name and version, and the version of the package that contains it."""
    package = ENGINES[name].package
    # Every run records it, and importing `importlib.metadata` takes longer than a run.
    folder = extension(name).parent
    for place in (folder.parent, folder):
        for metadata in place.glob(f"{package}-*.dist-info"):
            return _title(name, metadata.name.removeprefix(f"{package}-").removesuffix(".dist-info"))
    from importlib.metadata import version as version_of

    return _title(name, version_of(package))


def _title(name: str, number: str) -> str:
    if name == "dukpy":
        bundled = f" {BUNDLED[number]}" if number in BUNDLED else ""
        return f"quickjs-ng{bundled} (dukpy {number})"
    return f"quickjs-ng {number}"


def own_version(name: str = DEFAULT) -> str:
    """Returns the version that the engine itself reports in a separate process, or "" if it reports none."""
    import subprocess  # slow to import, and a run does not need it

    command = [sys.executable, "-I", "-S", "-c", VERSION_QUERY, str(extension(name))]
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", "replace")[:40] if done.returncode == 0 else ""


def command(module: str, name: str = DEFAULT) -> list[str]:
    """Returns the command line that runs `main` of a module in `child/` in a bare interpreter."""
    start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); import {module}; sys.path.pop(0)"
    if name == "quickjs-ng":
        start = start.replace("; sys.path.pop(0)", "; import quickjs_ng; sys.path.pop(0)")
    interpreter = [sys.executable, "-I", "-S", "-X", "utf8", "-c", f"{start}; {module}.main()"]
    return [*interpreter, str(HERE), str(extension(name)), *(str(HERE / file) for file in PRELUDE)]


def unavailable(what: str, name: str = DEFAULT) -> SandboxUnavailable:
    """Returns the error for an engine that is installed but does not start."""
    return SandboxUnavailable(f"The JavaScript sandbox did not start: {what}.", hint=ENGINES[name].hint)
