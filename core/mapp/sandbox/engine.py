"""Where the JavaScript engine lies and how a bare interpreter that loads it is started."""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

from mapp.errors import SandboxUnavailable

HERE = Path(__file__).parent
HINT = "install it with: pip install 'dukpy>=0.6,<0.7'"
PRELUDE = ("prelude.js", "mathematics.js")
# Nothing of ours reaches a worker; UTC0 needs no time-zone file.
ENVIRONMENT = {"TZ": "UTC0", "LC_ALL": "C"}


@cache
def extension() -> Path:
    """Returns the path of the QuickJS extension inside `dukpy`, without importing that package.

    Raises SandboxUnavailable if it is not installed.
    """
    package = find_spec("dukpy")
    folder = Path(package.origin).parent if package and package.origin else HERE
    for suffix in EXTENSION_SUFFIXES:
        if (path := folder / f"_dukpy{suffix}").is_file():
            return path
    raise SandboxUnavailable("The JavaScript engine is not installed (looked for dukpy).", hint=HINT)


@cache
def version() -> str:
    """Returns the engine's name and the version of the package that carries it."""
    # Every run notes it, and importing `importlib.metadata` takes longer than a run.
    for noted in extension().parent.parent.glob("dukpy-*.dist-info"):
        return f"quickjs-ng (dukpy {noted.name.removeprefix('dukpy-').removesuffix('.dist-info')})"
    from importlib.metadata import version as version_of

    return f"quickjs-ng (dukpy {version_of('dukpy')})"


def command(module: str) -> list[str]:
    """Returns the command line that starts `main` of a child module of ours in a bare interpreter."""
    start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); import {module}; sys.path.pop(0)"
    interpreter = [sys.executable, "-I", "-S", "-X", "utf8", "-c", f"{start}; {module}.main()"]
    return [*interpreter, str(HERE), str(extension()), *(str(HERE / name) for name in PRELUDE)]


def unavailable(what: str) -> SandboxUnavailable:
    """Returns the error for an engine that is there but does not start."""
    return SandboxUnavailable(f"The JavaScript sandbox did not start: {what}.", hint=HINT)
