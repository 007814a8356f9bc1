"""Qualifiers: the phrases of a request that say which result is meant."""
