"""Sharing apps: install, update, publish, audit."""
