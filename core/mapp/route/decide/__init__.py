"""From evaluated candidates to a decision."""
