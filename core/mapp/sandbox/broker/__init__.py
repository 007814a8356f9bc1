"""Answers `host.http`, the only way from an app to the web.

`fetcher` is the entry point: it counts and checks requests, follows redirects, and returns faults as values.
`target` parses URLs and finds their grant, `addresses` decides which addresses are public, and `headers`
decides which headers are sent. `connect` looks names up and connects to the checked address, `exchange`
speaks HTTP over that connection, `bodies` decompresses within limits, and `redaction` keeps secrets out of
everything that others see. `docs/design/outbound-http.md` gives the reasons.
"""
