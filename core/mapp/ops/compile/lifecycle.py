"""Changes that a coder writes: begun, carried on after any interruption, merged or dropped.

A change is written down before the first token is spent. What it is answered lies in the ledger, what it came
to on its branch: whatever kills it, carrying on comes to the same without paying twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mapp.author.coder import Coder, Files, Near, Progress, Watch
from mapp.author.errors import CoderFailed
from mapp.author.use_expand_or_new import Choice
from mapp.errors import InvalidInput, NotFound, PermissionNeeded, UsageError
from mapp.git.branches import branches
from mapp.library import branches as branching
from mapp.library import new_apps, read
from mapp.library.landing import Committed
from mapp.library.locks import holding
from mapp.library.verdicts import read_verdict
from mapp.model.app import SOURCE, Example, read_app
from mapp.model.change import Change, ChangeKind, ChangeState
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.observe.journal import new_id
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.compile.approval import Approver, Changed, Duplicate, Estimate
from mapp.ops.compile.change_sources import begun, end_merged, keep, keep_contract, merge_change, proof_of
from mapp.ops.compile.duplicates import find_duplicate
from mapp.ops.compile.open_coder import coder_of, open_ledger, open_purse
from mapp.ops.compile.rounds import (
    AttemptsExhausted,
    AuthoringSession,
    Contract,
    Task,
    Written,
    tried,
    write_code,
    write_contract,
)
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command
from mapp.validate.checks.contract import STAND_IN


def refuse_secrets(workspace: Workspace, *texts: str) -> None:
    """Raises UsageError when a text holds a stored key: it would reach the coder and the app's history."""
    if any(workspace.redact(text) != text for text in texts):
        raise UsageError(
            "the request holds one of your keys; nothing was sent",
            hint="name the key instead of its value: mapp keys list",
        )


def begin(
    workspace: Workspace,
    kind: ChangeKind,
    app: str,
    request: str,
    coder: Coder,
    *,
    person: Approver,
    near: Sequence[Near] = (),
    stated: Sequence[Example] = (),
    base: str = "",
    named: bool = True,
    new: bool = False,
    contract: Files | None = None,
) -> Change:
    """Returns a change that is written down; `base` is the commit that an expansion starts from.

    `contract` is one that the person wrote, so that the change can be resumed without the folder.
    Where the person did not name the app, the contract may; a `new` one may do what another does.

    One that was begun before with the same request and is still open is returned again.

    Raises:
        UsageError: the request holds a stored key.
        PermissionNeeded: nobody allowed the spending.
        LedgerFailed: it cannot be written down, so nothing is spent.
    """
    refuse_secrets(workspace, request, *(json.dumps(row.to_dict()) for row in stated))
    estimate = Estimate(
        kind=kind,
        app=app,
        request=request,
        coder=coder.name,
        budget=workspace.config.budget_change,
        near=tuple(one.name for one in near),
    )
    if not person.may_spend(estimate):
        words = (request,) if kind == "compile" else (app, request)
        raise PermissionNeeded(
            "nothing was spent: nobody said that it may be",
            hint=suggested_command(kind, "--yes", *words),
        )
    given: dict[str, Any] = {
        "named": named,
        "new": new,
        "near": [[one.name, one.description, one.interface] for one in near],
        "stated": [row.to_dict() for row in stated],
        "base": base,
    }
    if contract is not None:
        given["contract"] = {path: data.decode() for path, data in contract.items()}
    change = Change(
        id=new_id(),
        began=workspace.clock(),
        kind=kind,
        app=app,
        request=request,
        coder=coder.name,
        given=json.dumps(given),
    )
    changes = Changes(workspace.home.journal)
    with holding(workspace.home.holds, "changes"):
        for other in changes.waiting():
            if other.state == "open" and _same_wish(other, change, named=named):
                workspace.tell(f"going on with the change {other.id}, which was begun for the same request")
                return other
        changes.put(change)
    return change


def _same_wish(one: Change, other: Change, *, named: bool) -> bool:
    """Returns whether two changes are to come to the same; where the app is not `named`, it may differ."""
    wishes = [(row.kind, row.request, _stated(row)) for row in (one, other)]
    return wishes[0] == wishes[1] and (one.app == other.app or not named)


def _stated(change: Change) -> list[Any]:
    """Returns what a person gave besides the request."""
    given = change.known
    return [given.get("stated"), given.get("contract")]


def resume(
    workspace: Workspace,
    identity: str,
    *,
    person: Approver,
    watch: Watch,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Returns what came of carrying on with a change; rounds that were answered are not paid for again.

    Raises:
        NotFound: there is no such change, or it has ended.
        CoderFailed: there is no answer to be had, or no budget left.
        AttemptsExhausted: the rounds are used up.
    """
    change = Changes(workspace.home.journal).get(identity)
    if change.ended:
        raise NotFound(f"the change {change.id} was {change.state}", hint="mapp review lists what waits")
    if _merged_already(workspace, change):
        return _finish_merged(workspace, change)
    if change.known.get("edited"):
        return _as_edited(workspace, change, person)
    coder = coder or coder_of(workspace)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def edit_change(
    workspace: Workspace, change: Change, files: Files, *, options: Options = USUAL
) -> tuple[Change, Verdict]:
    """Returns a change after a person edited its files (path -> bytes), and what the gate says of them.

    From then on it is the person's: no coder goes on with it.

    Raises:
        InvalidApp: the files form no app; nothing is kept.
        Busy: another process writes at the change.
    """
    with holding(workspace.home.holds, f"writing-{change.id}", patience=0):
        verdict = tried(task_of(workspace, change, options), workspace, files)
        change = replace(change, given=change.knowing(edited=True))
        commit = keep(workspace, change, Written(files=files, verdict=verdict, rounds=0))
        state: ChangeState = "proven" if verdict.passed else "failed"
        return Changes(workspace.home.journal).moved(change, state, "edited by hand", commit), verdict


def _as_edited(workspace: Workspace, change: Change, person: Approver) -> Changed:
    verdict = proof_of(workspace, change)
    if verdict is None or not verdict.passed or not person.may_merge(change, verdict):
        return _changed(workspace, change, verdict, None)
    committed = merge_change(workspace, change, verdict)
    return _changed(workspace, Changes(workspace.home.journal).get(change.id), verdict, committed)


def carry_on(
    workspace: Workspace,
    change: Change,
    *,
    coder: Coder,
    person: Approver,
    watch: Watch,
    options: Options = USUAL,
) -> Changed:
    """Returns what came of a change, begun or resumed.

    Raises:
        CoderFailed: there is no answer to be had, or no budget left; the change can be resumed.
        AttemptsExhausted: the rounds are used up.
        Duplicate: what was written does what an app of the library does.
        Busy: another process writes at the same change.
    """
    with holding(workspace.home.holds, f"writing-{change.id}", patience=0):
        changes = Changes(workspace.home.journal)
        purse = open_purse(workspace, change.id)
        desk = AuthoringSession(
            workspace=workspace, coder=coder, purse=purse, watch=watch, review=person.correct
        )
        try:
            return _carried_on(workspace, changes, changes.get(change.id), desk, person, options)
        except (AttemptsExhausted, Duplicate) as error:
            changes.moved(changes.get(change.id), "failed", error.message)
            raise
        except CoderFailed as failure:
            changes.moved(changes.get(change.id), "open", failure.message)
            failure.hint = f"{failure.hint}\n  to go on: mapp compile --resume {change.id}".strip()
            raise


def _carried_on(
    workspace: Workspace,
    changes: Changes,
    change: Change,
    desk: AuthoringSession,
    person: Approver,
    options: Options,
) -> Changed:
    task = task_of(workspace, change, options)
    contract = write_contract(task, desk)
    if contract.choice is not None and contract.choice.kind == "use":
        return _used(workspace, changes, change, contract.choice)
    if contract.choice is not None and contract.choice.kind == "widen":
        change = _widening(workspace, changes, change, contract)
        desk.watch(Progress(doing=f"chose to widen {change.app}: {contract.choice.reason}"))
        return _carried_on(workspace, changes, change, desk, person, options)
    change = _accept_contract(workspace, changes, change, contract)
    task = task_of(workspace, change, options)
    written = write_code(task, desk, contract.files)
    commit = keep(workspace, change, written)
    if not written.verdict.passed:
        failed = [result.check for result in written.verdict.results if not result.passed]
        change = changes.moved(change, "failed", f"the gate refuses it: {', '.join(failed)}", commit)
        return _changed(workspace, change, written.verdict, None)
    if change.kind == "compile" and not change.known.get("new"):
        _refuse_twins(workspace, change, written, options)
    change = changes.moved(change, "proven", "waits for its merge", commit)
    if not person.may_merge(change, written.verdict):
        return _changed(workspace, change, written.verdict, None)
    committed = merge_change(workspace, change, written.verdict)
    return _changed(workspace, changes.get(change.id), written.verdict, committed)


def _used(workspace: Workspace, changes: Changes, change: Change, choice: Choice) -> Changed:
    """Ends a change for which there is nothing to write."""
    change = replace(change, given=change.knowing(choice=choice.to_dict()))
    change = changes.moved(change, "dropped", f"{choice.app} does it: {choice.reason}")
    open_ledger(workspace).forget_answers(change.id)
    return _changed(workspace, change, None, None)


def _widening(workspace: Workspace, changes: Changes, change: Change, contract: Contract) -> Change:
    """Returns the change as the expansion that was chosen; its budget and its paid rounds stay its own."""
    assert contract.choice is not None
    app = contract.choice.app
    base = read.snapshot(workspace.home, app).commit
    given = change.knowing(choice=contract.choice.to_dict(), base=base, first=contract.round + 1)
    change = replace(change, kind="expand", app=app, given=given)
    changes.put(change)
    return change


def _accept_contract(workspace: Workspace, changes: Changes, change: Change, contract: Contract) -> Change:
    """Returns a change whose contract is approved: under its name, with the contract on its branch."""
    name = read_app({SOURCE: STAND_IN, **contract.files}).name
    choice = contract.choice
    given = change.given if choice is None else change.knowing(choice=choice.to_dict())
    if (name, given) != (change.app, change.given):
        change = replace(change, app=name, given=given)
        changes.put(change)
    if not begun(workspace, change):
        keep_contract(workspace, change, {SOURCE: STAND_IN, **contract.files})
    return change


def _refuse_twins(workspace: Workspace, change: Change, written: Written, options: Options) -> None:
    app = read_app(written.files)
    found = find_duplicate(workspace, app, written.files, options=options)
    if found is not None:
        name, count = found
        raise Duplicate(
            f"{app.name} does what {name} does: they agree on all of {count} drawn inputs",
            hint=f"mapp show {name}; to have it all the same: mapp review {change.id} --approve",
        )


def task_of(workspace: Workspace, change: Change, options: Options = USUAL) -> Task:
    """Returns what a change has to write; raises NotFound when the app that it widens is gone."""
    given = change.known
    near = tuple(
        Near(name=name, description=text, interface="".join(more))
        for name, text, *more in given.get("near", ())
    )
    stated = tuple(Example.from_dict(row) for row in given.get("stated", ()))
    if change.kind == "compile":
        return Task(
            kind=change.kind,
            app=change.app,
            goal=change.request,
            near=near,
            stated=stated,
            contract=_contract(given),
            options=options,
            named=given.get("named", True),
            taken=read.names(workspace.home),
        )
    found = read.snapshot(workspace.home, change.app, given["base"], only=None)
    base = read_app(found.files, commit=found.commit, tree=found.tree)
    return Task(
        kind=change.kind,
        app=change.app,
        goal=change.request,
        stated=stated,
        base=base,
        base_files=found.files,
        options=options,
        first=given.get("first", 1),
    )


def _contract(given: Mapping[str, Any]) -> dict[str, bytes] | None:
    texts = given.get("contract")
    return None if texts is None else {path: text.encode() for path, text in texts.items()}


def _merged_already(workspace: Workspace, change: Change) -> bool:
    """Returns whether a kill came between the merge and the note of it."""
    try:
        history = read.history(workspace.home, change.app)
        return any(row.trailers.get("Mapp-Change") == change.id for row in history)
    except NotFound:
        return False


def _finish_merged(workspace: Workspace, change: Change) -> Changed:
    """Does what is left to do after a merge: the pin in the lock file, and the note that it ended."""
    home = workspace.home
    found = read.snapshot(home, change.app, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    committed = new_apps.pinned(home, app, found, found.commit, tell=workspace.tell)
    repository = read.open_repository(home, change.app)
    if change.branch in branches(repository):
        branching.drop(home, change.app, change.branch, tell=workspace.tell)
    end_merged(workspace, change, committed.commit)
    ended = Changes(home.journal).get(change.id)
    return _changed(workspace, ended, read_verdict(repository, found.tree), committed)


def _changed(
    workspace: Workspace, change: Change, verdict: Verdict | None, committed: Committed | None
) -> Changed:
    ledger = open_ledger(workspace)
    sums = ledger.sums(change.id).change
    return Changed(
        change=change,
        verdict=verdict,
        committed=committed,
        spend=sums.spend,
        rounds=sums.rounds,
        calls=tuple(ledger.calls(change.id)),
    )


def parse_example(text: str) -> Example:
    """Returns the example that a JSON text states; raises InvalidInput."""
    try:
        return Example.from_dict(json.loads(text), "example")
    except ValueError as error:
        raise InvalidInput(f"the example is not JSON: {error}") from None
