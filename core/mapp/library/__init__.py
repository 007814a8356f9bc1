"""Apps as git knows them: where they lie, reading, writing, history, and the lock file."""
