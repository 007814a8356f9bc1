"""The registry's checks: one module for each rule, one list for all who apply them."""
