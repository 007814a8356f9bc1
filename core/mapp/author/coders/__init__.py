"""The coders, one module for each kind."""
