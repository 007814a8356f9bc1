"""What happens after a failure: incidents, healing, and what a heal may do by itself."""
