"""Running strangers' JavaScript: a fresh context in a confined process per run, thrown away afterwards.

`executor` says what a job and its result are, `choice` picks who runs it; `forking` and `spawning` run jobs;
`zygote`, `worker` and `prelude.js` live in the child; `wire` is what passes between. Only `contract` knows
what an app is.
"""
