"""`python -m mapp.starter` records the bundled apps anew after one was changed: their digest and vectors.

Embedding all of them takes about half a minute; shipped, a first request need not wait for it.
"""

from mapp.index.embed import choose_embedder
from mapp.index.entry import blob_key, texts
from mapp.index.packed import read_packed, write_packed
from mapp.model.app import read_app
from mapp.ops.teaching import background_key, background_texts
from mapp.starter import bundle

embedder = choose_embedder()
known = dict(read_packed(bundle.VECTORS, embedder))
cards = {blob_key(card): card for card in (read_app(bundle.files(name)).card for name in bundle.names())}
wanted = {blob: texts(card) for blob, card in cards.items()} | {background_key(): background_texts()}
if known.keys() != wanted.keys():
    kept = {blob: rows for blob, rows in known.items() if blob in wanted}
    computed = {blob: embedder.embed(said) for blob, said in wanted.items() if blob not in known}
    write_packed(bundle.VECTORS, embedder, {**kept, **computed})
bundle.DIGEST.write_text(bundle.compute_digest() + "\n", encoding="ascii")
