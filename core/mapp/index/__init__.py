"""Finding apps: text to vectors, the dense and the lexical half, and generations on disk.

    embed.py        the Protocol of embedders, and the choice       sentences.py, wordvectors.py, wordpiece.py
    entry.py        what is indexed: the texts of an app            vectors.py: vectors computed once
    dense.py        nearest vectors: exact                          graph.py: approximate, for very many apps
    catalogue.py    cards and heads in SQLite                       lexical.py: BM25
    generation.py   folders that never change, one pointer          build.py, search.py: write and read them

Everything here is derived from the repositories and can be deleted at any time.
"""
