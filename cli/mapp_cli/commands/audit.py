"""`mapp audit`: reports what is wrong with the installed apps."""

from __future__ import annotations

import sys

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("audit")
@click.argument("apps", nargs=-1, metavar="[APP]...", shell_complete=app_names)
@click.option("--offline", is_flag=True, help="Use the registries as they were last seen.")
@click.option("--sarif", is_flag=True, help="Print the findings as SARIF 2.1.0.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], offline: bool, sarif: bool, as_json: bool) -> None:
    """Report advisories, yanks, moved tags, changed content and revoked keys of the apps from elsewhere.

    It ends with 6 if something is malicious, moved, changed or signed with a key that does not count, and
    with 1 for other errors; warnings end with 0.
    """
    from mapp.ops.share.audit import audit, to_sarif

    console = context.console
    found = list(audit(context.opened, apps, offline=offline))
    errors = [row for row in found if row.level == "error"]
    if sarif:
        import json

        console.document(json.dumps(to_sarif(found), indent=2))
    elif as_json:
        console.json({"ok": not errors, "findings": [row.to_dict() for row in found]})
    else:
        for row in found:
            console.result(f"{row.level}: {row.app} {row.version}: {row.message}")
            if row.hint:
                console.hint(row.hint)
        if not found:
            console.tell("nothing found")
    if errors:
        broken = any(row.rule in ("malicious", "moved", "content", "signer") for row in errors)
        sys.exit(6 if broken else 1)
