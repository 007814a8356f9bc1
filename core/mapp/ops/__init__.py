"""The use cases: the only place where stages meet, and where loops live.

`run`, `check`, `manage`, `compile` and `index` hold one module for each use case. `workspace` is what all of
them work with: a library, its settings and the outside world. `api` is the Python API.
"""
