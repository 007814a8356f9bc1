"""Runs untrusted JavaScript: each run gets a fresh context in a confined process that is then discarded.

`executor` defines jobs, results and the `Executor` Protocol. `executors/` is the parent's side: `forking` and
`spawning` run jobs, `select` picks one of them, `protocol` defines the bytes on the wire. `child/` is the
confined process: `zygote`, `worker` and `prelude.js`. `broker/` answers HTTP calls. Only `app_job` knows what
an app is.
"""
