"""`python -m mapp.starter` writes the digest of the bundled apps anew, after one was changed."""

from mapp.starter import bundle

bundle.DIGEST.write_text(bundle.compute_digest() + "\n", encoding="ascii")
