"""Putting apps to the test: the gate, many apps at once, engines, continuous integration."""
