"""Running apps: requests, single calls, many rows, replay, permissions."""
