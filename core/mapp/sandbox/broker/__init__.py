"""The only door from an app to the web: what the host does when a script calls `host.http`.

`fetcher` is the door: it counts, checks, follows redirects and never raises. `target` reads URLs and finds
their grant, `addresses` says which addresses are public, `headers` what may be sent along, `wire` looks names
up and connects to the address that was checked, `exchange` speaks HTTP over that connection, `bodies` unpacks
within bounds, `redaction` keeps secrets out of what others see. Why: `docs/design/outbound-http.md`.
"""
