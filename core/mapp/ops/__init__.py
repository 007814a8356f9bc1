"""The use cases, one module each: the only conductors, and the only place where stages meet."""
