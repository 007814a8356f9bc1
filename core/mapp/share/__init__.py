"""Talks to other people's repositories: remotes, registries and what they list."""
