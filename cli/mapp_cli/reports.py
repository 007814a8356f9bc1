"""Options for writing verdicts to files that other tools read."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mapp.model.verdict import Verdict
    from mapp_cli.console import Console


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """The report files to write; None for those not wanted."""

    junit: Path | None = None
    sarif: Path | None = None

    def write(self, verdicts: Sequence[tuple[str, Verdict]]) -> None:
        """Writes the requested reports, each to a temporary file first."""
        from mapp.distribution import version
        from mapp.plain_files import write_whole
        from mapp.validate.gate import CHECKS
        from mapp.validate.reports import junit, sarif

        if self.junit is not None:
            write_whole(self.junit, junit(verdicts).encode())
        if self.sarif is not None:
            rules = {check.id: check.says for check in CHECKS}
            document = sarif(verdicts, rules, version())
            write_whole(self.sarif, json.dumps(document, ensure_ascii=False, indent=1).encode())

    def annotate(self, console: Console, title: str, verdict: Verdict) -> None:
        """Prints the findings as annotations, which GitHub Actions shows next to the lines."""
        from mapp.validate.reports import workflow_commands

        for line in workflow_commands(title, verdict):
            console.result(line)


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--junit` and `--sarif` to a command, which receives them as `reports`."""

    @click.option(
        "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML to a file."
    )
    @click.option(
        "--sarif", type=click.Path(path_type=Path, dir_okay=False), help="Write SARIF to this file."
    )
    @functools.wraps(function)
    def wrapped(*arguments: Any, junit: Path | None, sarif: Path | None, **options: Any) -> Any:
        return function(*arguments, reports=Reports(junit=junit, sarif=sarif), **options)

    return wrapped
