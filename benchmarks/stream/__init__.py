"""Weeks of use in a stream of requests, with everything that goes wrong meanwhile."""
