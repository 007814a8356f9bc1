"""The exceptions of mapp, each with a stable code and an exit code.

An exception means that a person must act: the one who typed the command, owns the file or runs the machine.
A failing app is data (see `mapp.model.outcome`), never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One mistake in one place, e.g. `Problem(path="input.rate.minimum", message="is not a number")`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class MappError(Exception):
    """A person must act. The message says what was tried and what went wrong; `hint` says what to do next."""

    code = "MAPP-0001"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class UsageError(MappError):
    """The command line cannot be understood."""

    code = "MAPP-0002"
    exit_code = 2


class InvalidInput(MappError):
    """A value, file or app breaks its contract; `problems` lists every mistake found."""

    code = "MAPP-0100"
    exit_code = 8

    def __init__(
        self, message: str, problems: Iterable[Problem] = (), *, hint: str = "", code: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {problem}" for problem in self.problems)])


class InvalidManifest(InvalidInput):
    """`mapp.toml` is not a valid manifest."""

    code = "MAPP-0110"


class InvalidSchema(InvalidInput):
    """A schema is outside the subset that mapp accepts."""

    code = "MAPP-0120"


class InvalidApp(InvalidInput):
    """A folder or commit does not hold a valid app."""

    code = "MAPP-0130"


class InvalidArguments(InvalidInput):
    """The arguments of a call do not match the app's input schema."""

    code = "MAPP-0140"


class NotFound(MappError):
    """There is no app, run or revision of that name."""

    code = "MAPP-0200"
    exit_code = 1


class AlreadyExists(MappError):
    """Something of that name already exists and would be overwritten."""

    code = "MAPP-0210"
    exit_code = 1


class NoMatch(MappError):
    """No app in the library does what was asked."""

    code = "MAPP-0300"
    exit_code = 3


class IntegrityError(MappError):
    """Data on disk or from a remote is damaged or was tampered with."""

    code = "MAPP-0600"
    exit_code = 6


class PermissionNeeded(MappError):
    """A person must grant a permission first."""

    code = "MAPP-0700"
    exit_code = 7


class Busy(MappError):
    """Another process holds a needed resource."""

    code = "MAPP-0900"
    exit_code = 9


class StaleBase(MappError):
    """The library changed since the change was started."""

    code = "MAPP-0910"
    exit_code = 9


class SandboxUnavailable(MappError):
    """This machine cannot run JavaScript with the isolation that the settings require."""

    code = "MAPP-0400"
    exit_code = 1


class HostFault(SandboxUnavailable):
    """The machine failed a run, not the app: it refused what the sandbox needs, or the sandbox was killed."""

    code = "MAPP-0410"
    exit_code = 71
