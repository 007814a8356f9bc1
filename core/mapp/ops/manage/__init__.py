"""Managing apps: add, edit, diff, bump, roll back, set up, repair."""
