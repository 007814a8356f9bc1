"""Recognises which app a request means."""
