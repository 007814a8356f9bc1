"""What each error code means and what to do about it; the codes never change their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapp.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """One code's short name, its meaning, and the remedy."""

    slug: str
    meaning: str
    remedy: str


def _row(slug: str, meaning: str, remedy: str) -> Explanation:
    return Explanation(slug=slug, meaning=meaning, remedy=remedy)


EXPLANATIONS: Final = {
    "MAPP-0001": _row("failed", "What was asked could not be done.", "Read the message; it names the cause."),
    "MAPP-0002": _row("usage", "What was typed cannot be understood.", "mapp COMMAND --help shows the form."),
    "MAPP-0100": _row(
        "invalid-input",
        "A value, row or settings file breaks its contract.",
        "Mend every path that the message names.",
    ),
    "MAPP-0110": _row(
        "invalid-manifest",
        "mapp.toml is not a manifest.",
        "Mend every path that the message names; docs/reference/manifest.md lists the keys.",
    ),
    "MAPP-0120": _row(
        "invalid-schema",
        "A schema lies outside the closed subset of JSON Schema.",
        "Use only the keywords in docs/reference/schema.md; combinators and $ref are left out on purpose.",
    ),
    "MAPP-0130": _row(
        "invalid-app",
        "A folder or commit holds no valid app.",
        "Mend every file and path that the message names.",
    ),
    "MAPP-0140": _row(
        "invalid-arguments",
        "The arguments of a call do not fit the app's input schema.",
        "mapp show APP lists what it takes.",
    ),
    "MAPP-0150": _row(
        "invalid-value",
        "A text is not JSON, or a value not I-JSON: NaN, lone surrogates, integers beyond 2^53-1, "
        "more than 64 levels.",
        "Mend the input at the place that the message names.",
    ),
    "MAPP-0200": _row("not-found", "No file, folder, revision or code of that name.", "Check the spelling."),
    "MAPP-0201": _row(
        "no-such-app",
        "The library has no app of that name.",
        "mapp list shows the apps; mapp search WORDS finds them by what they do.",
    ),
    "MAPP-0210": _row(
        "already-there",
        "Something of that name exists and would be overwritten.",
        "Choose another name, or remove what is there.",
    ),
    "MAPP-0211": _row(
        "other-terms",
        "A file was begun from other rows, or by another app or commit, and cannot be continued with these.",
        "Go on with the same rows and app, name another file, or add --fresh to begin again.",
    ),
    "MAPP-0220": _row(
        "system",
        "The system refused a file or folder: missing rights, a full disk, a file where a folder should be.",
        "Make room or give access there, or choose another place with --library or mapp config.",
    ),
    "MAPP-0221": _row(
        "output-lost",
        "An answer could not be written: standard output is closed, or on a full disk.",
        "Check where the output goes, then run the command again; what it changed is done.",
    ),
    "MAPP-0300": _row(
        "no-match",
        "No app of the library does what was asked.",
        "mapp compile writes one; mapp search shows what is near.",
    ),
    "MAPP-0310": _row(
        "must-ask",
        "An app probably fits, but a person has to confirm the call or give what is missing.",
        "Run it with --yes, or give the missing piece.",
    ),
    "MAPP-0320": _row(
        "no-such-embedder",
        "The settings name an embedder that mapp does not have.",
        "Choose one that it has: mapp config embedder minilm.",
    ),
    "MAPP-0321": _row(
        "embedder-unusable",
        "The files of the embedder are missing, or not those that mapp was tested with.",
        "Install the package that the message names, or choose another: mapp config embedder minilm.",
    ),
    "MAPP-0400": _row(
        "sandbox-unavailable",
        "JavaScript cannot be run here with the isolation that the settings demand.",
        "mapp doctor says what is missing.",
    ),
    "MAPP-0410": _row(
        "host-fault",
        "The machine failed a run: it had too few processes, too little memory or too few file descriptors"
        " for the sandbox, or a process of the sandbox was ended from outside. The app is not to blame.",
        "Remove the cause that the message names, then run the command again; mapp doctor tests the sandbox.",
    ),
    "MAPP-0411": _row(
        "faulty-engine",
        "The engine has public faults, and the isolation of this machine does not contain them.",
        "Choose an engine without them; mapp doctor says which has which.",
    ),
    "MAPP-0500": _row(
        "index-failed",
        "The index could not be built, twice.",
        "mapp doctor says what is wrong with the embedder or the disk; then: mapp index rebuild --fresh.",
    ),
    "MAPP-0510": _row("coder-failed", "A coder gave no proposal.", "Try again, or choose another coder."),
    "MAPP-0511": _row(
        "coder-credentials",
        "The key for a coder is missing or not accepted.",
        "mapp keys set ANTHROPIC stores it; MAPP_KEY_ANTHROPIC in the environment beats it.",
    ),
    "MAPP-0512": _row(
        "coder-refused",
        "The model declined to answer.",
        "Word the request differently, or choose another coder.",
    ),
    "MAPP-0513": _row(
        "over-budget",
        "One more call of a coder could cost more than a budget leaves.",
        "mapp spend shows where it went; raise budget_change, budget_day or budget_month with mapp config.",
    ),
    "MAPP-0514": _row(
        "coder-unavailable",
        "A model or an agent could not be reached, or broke off.",
        "Try again later; what was spent is in mapp spend.",
    ),
    "MAPP-0515": _row(
        "bad-answer",
        "A coder answered, and there is no proposal in what it said.",
        "Try again, or choose a stronger model.",
    ),
    "MAPP-0520": _row(
        "patch-refused",
        "A coder proposed files that it may not change, that are too large or are no text.",
        "Nothing was changed; the coder is told in the next round.",
    ),
    "MAPP-0530": _row(
        "ledger-failed",
        "What a call of a coder may cost could not be written down, so it was not made.",
        "The message says why: a full disk, a missing right, a damaged journal.sqlite.",
    ),
    "MAPP-0540": _row(
        "given-up",
        "All rounds were used up and no answer could be tried, or none passed the gate.",
        "mapp review shows what was written last; say more in the request, or choose another coder.",
    ),
    "MAPP-0550": _row(
        "duplicate",
        "The app that was written does what an app of the library does: same arguments, same answers.",
        "Use that one. mapp review CHANGE --approve takes the new one in all the same.",
    ),
    "MAPP-0600": _row(
        "integrity",
        "What lies on disk is not what it claims to be.",
        "mapp doctor names the damage. Bring the repository back from a copy, or run mapp remove APP.",
    ),
    "MAPP-0612": _row(
        "tag-moved",
        "A release tag points to another commit than before.",
        "Nothing was changed. Release under a new version instead: mapp bump sets one. Never move a tag.",
    ),
    "MAPP-0620": _row(
        "tree-refused",
        "A repository's tree holds what mapp never reads: links, submodules, odd names, duplicates, "
        "huge files.",
        "The app cannot be used. Commit a tree without them: mapp add FOLDER.",
    ),
    "MAPP-0621": _row(
        "repository-refused",
        "A named pipe, socket, device or link stands where a plain file belongs, or a repository borrows "
        "objects, refs or settings from other folders (alternates, commondir, include.path).",
        "Remove what the message names, or restore the repository from a copy; mapp doctor checks them all.",
    ),
    "MAPP-0622": _row(
        "object-too-large",
        "A commit, tree, tag or file in a repository is larger than mapp reads; it was not inflated.",
        "Restore the repository from a copy, or remove the app.",
    ),
    "MAPP-0630": _row(
        "lock-damaged",
        "mapp.lock cannot be read.",
        "Move it away and run mapp doctor --repair: it is written anew from the repositories.",
    ),
    "MAPP-0631": _row(
        "main-moved",
        "The main branch of an app is not what mapp.lock says, and mapp did not move it: somebody used git, "
        "or the lock is older than the app.",
        "mapp relock APP runs the checks on what is there and accepts it; or put the branch back with the "
        "git command that the message names.",
    ),
    "MAPP-0640": _row(
        "written-by-later-mapp",
        "The library or its journal has a format that this version of mapp does not know.",
        "Upgrade mapp, or use another library with --library. Nothing was changed.",
    ),
    "MAPP-0641": _row(
        "format-damaged",
        "The file `format` of the library does not hold a version.",
        "Write the number that the message names into it.",
    ),
    "MAPP-0642": _row(
        "journal-unknown",
        "The file journal.sqlite holds tables that no mapp wrote.",
        "Move it away; the next run begins a new one.",
    ),
    "MAPP-0700": _row(
        "permission-needed",
        "A person has to grant something first.",
        "Run the command that the message names.",
    ),
    "MAPP-0710": _row(
        "loopback-refused",
        "A third-party app may never reach services on this machine, not even for one run.",
        "Run it without --allow-loopback.",
    ),
    "MAPP-0720": _row(
        "key-needed",
        "A secret that an app or a model needs is not there.",
        "mapp keys set NAME stores it; MAPP_KEY_NAME in the environment beats it.",
    ),
    "MAPP-0810": _row(
        "checks-failed",
        "An app does not pass its own checks.",
        "Mend what the report names, or add it as it is with --force.",
    ),
    "MAPP-0820": _row(
        "version-too-low",
        "The change of the interface demands a higher version.",
        "Set the version that the message names.",
    ),
    "MAPP-0821": _row(
        "version-taken",
        "A version that was released once names that content for ever.",
        "mapp bump sets a version that is free.",
    ),
    "MAPP-0830": _row(
        "unproven",
        "main may only move to what a passing verdict is recorded for.",
        "Bring it in with mapp add, which runs the checks, or let it in as it is with --force.",
    ),
    "MAPP-0840": _row(
        "out-of-time",
        "All runs of one trial together took longer than a trial may.",
        "Make app or predicates quicker, or draw fewer inputs: --inputs.",
    ),
    "MAPP-0900": _row(
        "busy", "Another process holds what is needed.", "Wait for it to end; its number is in the message."
    ),
    "MAPP-0910": _row(
        "moved-on",
        "What a change was built on is no longer what main holds.",
        "Make the change anew from what is there now.",
    ),
    "MAPP-7000": _row(
        "bug", "mapp itself failed.", "Please report it with the log file that the message names."
    ),
}


def explain(code: str) -> tuple[str, Explanation]:
    """Returns the full code and its explanation; `110`, `mapp-0110` and the short name will do.

    Raises:
        NotFound: when there is no such code.
    """
    wanted = code.strip().lower()
    for key, found in EXPLANATIONS.items():
        number = key.removeprefix("MAPP-")
        if wanted in (key.lower(), number, number.lstrip("0"), found.slug):
            return key, found
    raise NotFound(f"there is no error code {code!r}", hint="mapp explain lists them")
