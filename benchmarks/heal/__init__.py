"""Which bugs are noticed in use, which fixes land, and which wrong ones do."""
