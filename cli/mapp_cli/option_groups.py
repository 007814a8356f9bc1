"""Bundles options that belong together, so that a command receives them as one parameter."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

Command = Callable[..., Any]


def option_group(
    name: str, kind: type[Any], *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Returns a decorator that adds options to a command and passes their values as one `kind` object.

    `kind` is a dataclass with one field for each option; the command receives it as the parameter `name`.
    """
    names = [field.name for field in fields(kind)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_bundle(*args: Any, **values: Any) -> Any:
            bundle = kind(**{each: values.pop(each) for each in names})
            return command(*args, **{name: bundle}, **values)

        decorated: Command = with_bundle
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
