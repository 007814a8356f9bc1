"""Parses a request: tokens, numbers, units, dates, names, quotes."""
