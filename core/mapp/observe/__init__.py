"""Watching: the journal of all runs."""
