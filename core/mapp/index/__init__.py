"""Searches for apps: vectors of texts, dense and lexical search, and generations on disk.

    embed.py        the Protocol of embedders                       sentences.py, wordvectors.py, wordpiece.py
    entry.py        what is indexed: the texts of an app            vectors.py: the vector cache
    dense.py        nearest vectors: exact                          graph.py: approximate, for large libraries
    catalogue.py    cards and heads in SQLite                       lexical.py: BM25
    generations.py  folders that never change, one pointer          build.py, search.py: write and read them

Everything here is derived from the repositories and can be deleted at any time.
"""
