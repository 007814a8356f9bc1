"""Who writes programs: one module for each kind of coder."""
