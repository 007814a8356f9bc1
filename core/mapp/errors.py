"""The exceptions of mapp: one for each party who must act, each with a stable code.

A failing app is data (see `mapp.model.outcome`), never an exception. What is raised here is for
whoever must act: the person who typed, the owner of a file, the operator of the machine.
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
    """Someone must act: says what was tried, what went wrong and, in `hint`, what to do next."""

    code = "MAPP-0001"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class UsageError(MappError):
    """What was typed cannot be understood."""

    code = "MAPP-0002"
    exit_code = 2


class InvalidInput(MappError):
    """A value, file or app breaks its contract; gathers every mistake that was found."""

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
    """`mapp.toml` is not a manifest."""

    code = "MAPP-0110"


class InvalidSchema(InvalidInput):
    """A schema lies outside the subset that mapp accepts."""

    code = "MAPP-0120"


class InvalidApp(InvalidInput):
    """A folder or commit does not hold a valid app."""

    code = "MAPP-0130"


class InvalidArguments(InvalidInput):
    """The arguments of a call do not fit the app's input schema."""

    code = "MAPP-0140"


class NotFound(MappError):
    """No app, run or revision of that name."""

    code = "MAPP-0200"
    exit_code = 1


class AlreadyExists(MappError):
    """Something of that name exists and would be overwritten."""

    code = "MAPP-0210"
    exit_code = 1


class NoMatch(MappError):
    """No app of the library does what was asked."""

    code = "MAPP-0300"
    exit_code = 3


class IntegrityError(MappError):
    """What lies on disk or came from a remote is not what it claims to be."""

    code = "MAPP-0600"
    exit_code = 6


class PermissionNeeded(MappError):
    """A person has to grant something first."""

    code = "MAPP-0700"
    exit_code = 7


class Busy(MappError):
    """Another process holds what is needed."""

    code = "MAPP-0900"
    exit_code = 9


class StaleBase(MappError):
    """What a change was built on is no longer what the library holds."""

    code = "MAPP-0910"
    exit_code = 9


class SandboxUnavailable(MappError):
    """JavaScript cannot be run on this machine as the policy demands."""

    code = "MAPP-0400"
    exit_code = 1


class HostFault(SandboxUnavailable):
    """The machine failed a run: it refused what the sandbox needs, or the sandbox was lost. No app did."""

    code = "MAPP-0410"
    exit_code = 71
