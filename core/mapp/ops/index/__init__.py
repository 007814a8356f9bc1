"""Keeps the index in step with the repositories."""
