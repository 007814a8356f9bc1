"""Running apps: one request, one call, many rows, replay, permissions."""
