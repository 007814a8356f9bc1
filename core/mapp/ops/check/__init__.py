"""Testing apps: the gate, many apps at once, other engines, continuous integration."""
