"""Draws values for schemas, with a bias to edge cases: from dice for the gate, from Hypothesis for tests.

A schema is compiled once into a function from choices to a value. If nothing fits, `NothingFits` says why.
Every loop is bounded, and no third-party pattern is ever evaluated. As a second line of defence the package
runs in a child process under limits (`mapp.validate.generate.drawing`), so it imports next to nothing.
"""
