"""Testing apps: the gate, several apps at once, other engines, continuous integration."""
