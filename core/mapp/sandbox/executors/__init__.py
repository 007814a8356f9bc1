"""The parent's side of the sandbox: starts, feeds and stops the processes that run JavaScript."""
