"""`python -m mapp.starter` records the bundled apps anew after one was changed: their digest and vectors.

Embedding all of them takes about half a minute; shipped, a first request need not wait for it.
"""

from mapp.index.embed import choose_embedder
from mapp.index.entry import blob_key, texts
from mapp.index.packed import read_packed, write_packed
from mapp.model.app import read_app
from mapp.starter import bundle

embedder = choose_embedder()
known = dict(read_packed(bundle.VECTORS, embedder))
cards = {blob_key(card): card for card in (read_app(bundle.files(name)).card for name in bundle.names())}
if known.keys() != cards.keys():
    kept = {blob: rows for blob, rows in known.items() if blob in cards}
    computed = {blob: embedder.embed(texts(card)) for blob, card in cards.items() if blob not in known}
    write_packed(bundle.VECTORS, embedder, {**kept, **computed})
bundle.DIGEST.write_text(bundle.compute_digest() + "\n", encoding="ascii")
