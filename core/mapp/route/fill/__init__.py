"""Fills an app's typed arguments from a request."""
