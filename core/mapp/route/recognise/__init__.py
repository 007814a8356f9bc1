"""Recognising which app a request means."""
