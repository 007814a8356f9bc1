"""Turns evaluated candidates into a decision."""
