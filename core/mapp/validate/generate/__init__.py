"""Values for schemas, drawn with a bias to edges: from dice for the gate, from Hypothesis for its users.

A schema is compiled once into a function from choices to a value; what cannot be is said in words
(`NothingFits`). Every loop here is bounded, and nothing evaluates a foreign pattern: the whole package still
runs in a child process under limits (`mapp.validate.generate.drawing`), for it imports next to nothing.
"""
