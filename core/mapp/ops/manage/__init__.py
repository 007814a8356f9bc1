"""Managing apps by hand: add, edit, diff, bump, roll back, set up, repair."""
