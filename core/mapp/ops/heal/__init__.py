"""Incidents, and what is done about them."""
