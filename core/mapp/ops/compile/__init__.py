"""Compile and expand: from a request to a merged change, with review in between."""
