"""Git as mapp uses it: the only importer of pygit2."""
