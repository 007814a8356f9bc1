"""`mapp registry init`, `check`, `merge`, `advise`, `index`, `verify-index`: what maintainers use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import override_option, plain_option, registry_option, show_review

if TYPE_CHECKING:
    from mapp.ops.share.merge import Merged
    from mapp.share.advisories import Severity

REFUSED: Final = 8
_LABEL: Final = "override:"


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The registry's name; by default the folder's.")
@click.option("--bare", is_flag=True, help="Make a bare repository, as a server keeps it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def init(context: Context, folder: Path, name: str, bare: bool, as_json: bool) -> None:
    """Make a registry in FOLDER: a git repository with policy, workflows and a first commit.

    Push it to any git server with its branches main and index, or use it where it is.
    """
    from mapp.ops.share.init_registry import init_registry

    made = init_registry(folder, context.workspace.signature(), name=name, bare=bare)
    if as_json:
        context.console.json(made.to_dict())
        return
    context.console.result(f"made the registry {made.name} in {made.folder}")
    context.console.hint("README.md there says how to use, publish to and maintain it")


@click.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--base", help="What the change is compared with; origin/main or main by default.")
@click.option("--head", default="HEAD", show_default=True, help="The change.")
@override_option
@click.option("--labels", default="", metavar="JSON", help="Labels of a pull request: override: CHECK.")
@click.option("--gate/--no-gate", "run_gate", default=None, help="Whether to run the app's tests.")
@click.option("--all", "everything", is_flag=True, help="Check every entry by itself, not a change.")
@click.option("--shard", default="1/1", metavar="N/M", help="With --all --gate: only every M-th app.")
@click.option("--list", "listing", is_flag=True, help="Show every check with its reason, and check nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def check(
    context: Context,
    folder: Path,
    base: str | None,
    head: str,
    override: tuple[str, ...],
    labels: str,
    run_gate: bool | None,
    everything: bool,
    shard: str,
    listing: bool,
    as_json: bool,
) -> int:
    """Check what a branch changes in the registry in FOLDER, as its maintainers do.

    The app is fetched from the remote that the entry names, and its tests run in the sandbox. With --all, the
    files of every entry are checked; with --all --gate also the newest version of every app. Exits with 8 if
    a check refuses.
    """
    if listing:
        return _show_checks(context, as_json=as_json)
    if everything:
        return _check_all(context, folder, head, shard=shard, run_gate=bool(run_gate), as_json=as_json)
    from mapp.ops.share.check_registry import check_change, default_base

    found = check_change(
        context.opened,
        folder,
        base=base or default_base(folder),
        head=head,
        override=(*override, *_labelled(labels)),
        run_gate=run_gate is not False,
    )
    if as_json:
        context.console.json(found.to_dict())
    else:
        show_review(context.console, found.review)
        what = found.name or "the change"
        said = "is accepted" if found.review.passed else "is refused"
        context.console.result(f"{what}: {said} ({found.base[:10]}..{found.head[:10]})")
    return 0 if found.review.passed else REFUSED


@click.command("merge")
@click.argument("registry")
@click.argument("submissions", nargs=-1, metavar="[NAME/VERSION[@COMMIT]]...")
@override_option
@click.option("--unattended", is_flag=True, help="Nobody looks: keep the waiting times of the policy.")
@click.option("--no-gate", is_flag=True, help="Run no app's tests; another job has done that.")
@click.option("--dry-run", is_flag=True, help="Only check; merge nothing.")
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def merge(
    context: Context,
    registry: str,
    submissions: tuple[str, ...],
    override: tuple[str, ...],
    unattended: bool,
    no_gate: bool,
    dry_run: bool,
    allow_git: bool,
    as_json: bool,
) -> int:
    """Merge submitted branches of REGISTRY, a configured name or an address, that its checks accept.

    Exits with 8 if a submission was refused; the others are merged.
    """
    from mapp.ops.share.merge import merge_submissions
    from mapp.ops.share.registry_place import find_registry

    place = find_registry(context.opened, registry, allow_plain=allow_git)
    found = merge_submissions(
        context.opened,
        place,
        only=submissions,
        override=override,
        unattended=unattended,
        run_gate=not no_gate,
        dry_run=dry_run,
    )
    if as_json:
        context.console.json({"schema": 1, "submissions": [row.to_dict() for row in found]})
    else:
        _show_merged(context, found, dry_run=dry_run)
    return REFUSED if any(row.status == "refused" for row in found) else 0


@click.command("advise")
@click.argument("app")
@registry_option
@click.option(
    "--severity",
    required=True,
    type=click.Choice(["malicious", "high", "medium", "low"]),
    help="Malicious versions are neither installed nor run.",
)
@click.option("--summary", required=True, metavar="TEXT", help="What is wrong, in one line.")
@click.option(
    "--versions",
    multiple=True,
    metavar="RANGE",
    help="A version, or a range such as '>=1.0.0, <1.2.1'; every version by default. May be repeated.",
)
@click.option("--fixed", default="", metavar="VERSION", help="The first version without the fault.")
@click.option("--use", "replacement", default="", metavar="APP", help="Another app to use instead.")
@plain_option
@click.option("--dry-run", is_flag=True, help="Show the advisory; publish nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def advise(
    context: Context,
    app: str,
    registry: str,
    severity: Severity,
    summary: str,
    versions: tuple[str, ...],
    fixed: str,
    replacement: str,
    allow_git: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Publish an advisory about versions of APP: one commit on the registry's main, if you may push to it.

    It reaches libraries with their next update or audit. Versions that it calls malicious are then refused,
    in forks and under other names, too. To withdraw an advisory, delete its file and generate the index.
    """
    from mapp.ops.share.advise import Advice, advise
    from mapp.ops.share.registry_place import find_registry

    place = find_registry(context.opened, registry, allow_plain=allow_git)
    advice = Advice(
        app=app,
        severity=severity,
        summary=summary,
        versions=versions,
        fixed=fixed,
        replacement=replacement,
    )
    done = advise(context.opened, place, advice, dry_run=dry_run)
    if as_json:
        context.console.json({**done.to_dict(), "registry": place.url, "dry_run": dry_run})
        return
    about = ", ".join(str(row.version) for row in done.affected)
    what = f"{done.advisory.id} in {place}: {app} {about} is {severity}"
    if not done.changed:
        context.console.result(f"published already: {what}")
    else:
        context.console.result(f"{'would publish' if dry_run else 'published'} {what}")


@click.command("index")
@click.argument("registry")
@click.option("--fresh", is_flag=True, help="Reuse nothing from the present index.")
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the index's commit as JSON.")
@pass_context
def index(context: Context, registry: str, fresh: bool, allow_git: bool, as_json: bool) -> None:
    """Generate the index of REGISTRY, the branch that clients read, from its main."""
    from mapp.ops.share.registry_place import find_registry
    from mapp.ops.share.submit import publish_index

    place = find_registry(context.opened, registry, allow_plain=allow_git)
    commit = publish_index(context.opened, place, fresh=fresh)
    if as_json:
        context.console.json({"commit": commit})
    else:
        context.console.result(f"the index of {place} is at {commit[:10]}")


@click.command("verify-index")
@click.argument("registry")
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def verify(context: Context, registry: str, allow_git: bool, as_json: bool) -> None:
    """Generate the index of REGISTRY again and compare it with the branch; exits with 6 if they differ."""
    from mapp.ops.share.registry_place import find_registry, mirrored
    from mapp.share.index_branch import verify_index

    place = find_registry(context.opened, registry, allow_plain=allow_git)
    mirror = mirrored(context.opened, place)
    state = verify_index(mirror.repository, index=mirror.index, main=mirror.main)
    if as_json:
        context.console.json({"commit": state.commit, "tree": state.tree, "source": state.source})
    else:
        context.console.result(f"the index of {place} is what main at {state.source[:10]} gives")


def _labelled(labels: str) -> Iterator[str]:
    """Yields the checks that the labels of a pull request override; `labels` is a JSON list or null."""
    try:
        rows = json.loads(labels or "[]") or []
    except ValueError:
        raise click.BadParameter("it is not JSON", param_hint="--labels") from None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str) and row.startswith(_LABEL):
            yield row.removeprefix(_LABEL).strip()


def _show_checks(context: Context, *, as_json: bool) -> int:
    from mapp.share.checks.all_checks import CHECKS

    if as_json:
        rows = [{"check": row.name, "reason": row.reason, "stage": row.stage} for row in CHECKS.values()]
        context.console.json({"checks": rows})
    else:
        context.console.table([(row.name, row.reason) for row in CHECKS.values()], ("CHECK", "REASON"))
    return 0


def _check_all(
    context: Context, folder: Path, head: str, *, shard: str, run_gate: bool, as_json: bool
) -> int:
    from mapp.ops.share.check_registry import check_all, revalidate

    count = check_all(folder, head)
    failed = {}
    if run_gate:
        for name, review in revalidate(context.opened, folder, head, shard=_shard(shard)):
            context.console.tell(f"  {'ok    ' if review.passed else 'FAILED'} {name}")
            if not review.passed:
                failed[name] = review.to_dict()
    if as_json:
        context.console.json({"schema": 1, "entries": count, "failed": failed})
    else:
        said = f"; {len(failed)} apps fail" if failed else ""
        context.console.result(f"{count} entries are valid{said}")
    return REFUSED if failed else 0


def _shard(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    if number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= 10_000:
        return int(number), int(count)
    raise click.BadParameter("write N/M, such as 1/4", param_hint="--shard")


def _show_merged(context: Context, found: tuple[Merged, ...], *, dry_run: bool) -> None:
    console = context.console
    if not found:
        console.result("there is nothing to merge")
    for row in found:
        said = "would be merged" if dry_run and row.status == "merged" else row.status
        console.result(f"{row.submission}: {said}")
        show_review(console, row.review, passed=False)
