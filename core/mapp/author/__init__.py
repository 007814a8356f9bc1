"""Brief -> proposal: who writes apps, what they are told, what they may spend.

    failures    why there is no proposal; each carries what was spent
    budget      what a call, a change, a day and a month may cost
    coder       the Protocol: a brief, files and a budget go in, a proposal and its spend come out
    prompt      a brief as prompts: fixed words (`prompts/*.md`) first, what was found quoted as data after
    prices      what tokens cost, from a dated table
    answer      the form of an answer, and how files are read from it
    deadline    work with a clock that nothing can stop
    anthropic   a coder: Anthropic's Messages API, by its own client
    agent       a coder: any command, in a scratch folder, watched by `warden`
    local       a coder: any `mapp.llm` model: a GGUF in a child process, an OpenAI-compatible server
    scripted    a coder: given answers, for tests
    paying      one call of a coder, written into a ledger before it is made
    patch       a proposal applied to an app's files, or refused

Nothing here loops, commits, runs an app or knows where settings lie. Whoever conducts does this, once a
round:

    files = {...}                                 # the app so far, without what the coder must not see
    brief = Brief(app="vat", phase="contract", goal=request, round=1)
    purse = Purse(budgets=budgets, ledger=ledger, change=identity)
    answer = pay(coder, brief, files, purse=purse, watch=show)
    files = apply(files, answer.files, brief.may_change)

then the same with `phase="code"`, and again with `round=2, report=...` while the gate refuses. `pay` looks up
what is left of the budgets, has the coder name the most that its call can cost, and writes that down; only
then is anybody asked. Afterwards the row holds what it did cost, also when the coder failed. A call that was
killed counts at its worst case for ever. Where the same round of the same change was answered before, that
answer comes back (a `BadAnswer` too) and nobody is asked: a change that was killed can be resumed without
paying twice, by running its rounds from the start. `forget_answers` drops them when the change is over.
`apply` raises `PatchRefused`, whose problems make a good report for the next round. When an app is widened,
`Brief(widening=True)` asks for new rows of tests alone and `apply(adding=True)` keeps the old ones.

Two phases, two authors: in the phase `contract` a coder writes manifest and tests from the request alone, in
`code` it writes `main.js` and nothing else. What it changes beyond that is named in `Proposal.ignored` and
dropped. Completion is never a coder's to decide: a proposal is only a proposal.
"""
