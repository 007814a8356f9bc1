"""Brief -> proposal: the coders that write apps, their prompts and their budgets.

    errors             the ways in which a coder fails; each failure carries what was spent
    budget             budgets of a change, a day and a month; the limits of one call
    coder              the Protocol: a brief, files and a budget go in, a proposal and its spend come out
    prompt             a brief as prompts: fixed words (`prompts/*.md`) first, then quoted data
    prices             what tokens cost, from a dated table
    answer             the schema of an answer, and its parser
    deadline           runs work with a deadline
    billing            one call of a coder, recorded in a ledger before it is made
    patch              applies a proposal to an app's files, or refuses it
    report             the gate's report for the next round
    use_expand_or_new  reads a coder's choice
    coders.anthropic   Anthropic's Messages API, through its own client
    coders.agent       any command, in a temporary folder, watched by `agent_supervisor`
    coders.local       any `mapp.llm` model: a GGUF file in a child process, an OpenAI-compatible server
    coders.scripted    prepared answers, for tests

Nothing here loops, commits, runs an app or reads settings. The caller does this once a round:

    files = {...}                                 # the app so far, without what the coder must not see
    brief = Brief(app="vat", phase="contract", goal=request, round=1)
    account = BudgetAccount(budgets=budgets, ledger=ledger, change=identity)
    answer = pay(coder, brief, files, account=account, watch=show)
    files = apply(files, answer.files, brief.may_change)

then the same with `phase="code"`, and again with `round=2, report=...` while the gate refuses. `pay` looks up
what is left of the budgets, asks the coder for the maximum cost of its call, and records that before the call
is made. Afterwards the row holds the real cost, even if the coder failed. A killed call always counts
at its maximum. If the same round of the same change was answered before, `pay` returns that answer (or
raises the same `BadAnswer`) without a call, so a killed change can be resumed without paying twice by running
its rounds from the start. `forget_answers` deletes the answers when the change has ended. `apply` raises
`PatchRefused`, whose problems make a good report for the next round. To extend an app,
`Brief(expanding=True)`
asks only for new rows of tests, and `apply(adding=True)` keeps the old ones.

The phases have different authors: in `contract`, a coder writes manifest and tests from the request alone; in
`code`, it writes only `main.js`. Changes to other files are listed in `Proposal.ignored` and dropped. A coder
never decides that the work is done: a proposal is only a proposal.
"""
