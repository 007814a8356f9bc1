"""A text has the same vector, byte for byte, on every machine and together with any other texts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import vector_texts
from index.vector_texts import TEXTS
from mapp.index import encoder
from mapp.index.embedders import choose_embedder
from mapp.index.entry import blob_key, texts
from mapp.index.packed_vectors import read_packed
from mapp.index.sentences import MiniLM, _installed_weights
from mapp.index.vectors import open_vectors
from mapp.index.weights import read_tensors
from mapp.model.app import read_app
from mapp.starter import bundle

GOLDEN = "4807746def72917778b9324aab1c7319e48609505380abcd139d7291b821f1dd"
"""A machine that computes another hash has other vectors, and may make other decisions."""


def test_vectors_are_the_same_on_every_machine() -> None:
    assert vector_texts.digest() == GOLDEN


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    together = MiniLM().embed(TEXTS)
    embedder = MiniLM()
    for row, text in enumerate(TEXTS):
        assert embedder.embed([text])[0].tobytes() == together[row].tobytes(), text


@pytest.mark.parametrize("seed", range(3))
def test_neither_order_nor_neighbours_change_a_vector(seed: int) -> None:
    random = np.random.default_rng(seed)
    wanted = {text: row.tobytes() for text, row in zip(TEXTS, MiniLM().embed(TEXTS), strict=True)}
    chosen = [TEXTS[place] for place in random.integers(len(TEXTS), size=40)]
    for text, row in zip(chosen, MiniLM().embed(chosen), strict=True):
        assert row.tobytes() == wanted[text]


def _in_a_child(*command: str, **environment: str) -> str:
    """The hash that a process of its own prints."""
    found = subprocess.run(
        [*command, str(Path(vector_texts.__file__))],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=580,
    )
    return found.stdout.strip()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_number_of_threads_does_not_matter(threads: str) -> None:
    assert _in_a_child(sys.executable, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads) == GOLDEN


def _has_avx512() -> bool:
    about = Path("/proc/cpuinfo")
    return about.exists() and "avx512f" in about.read_text(encoding="utf-8")


@pytest.mark.parametrize("kernels", ["Nehalem", "Haswell", "SkylakeX"])
def test_the_kernels_of_linear_algebra_do_not_matter(kernels: str) -> None:
    if kernels == "SkylakeX" and not _has_avx512():
        pytest.skip("this processor has no AVX-512: these kernels would end the process")
    assert _in_a_child(sys.executable, OPENBLAS_CORETYPE=kernels) == GOLDEN


def test_the_instructions_that_numpy_chooses_do_not_matter() -> None:
    chosen = "from numpy._core._multiarray_umath import __cpu_dispatch__ as names; print(*names)"
    if int(np.__version__.split(".")[0]) < 2:
        chosen = chosen.replace("_core", "core")
    names = subprocess.run([sys.executable, "-c", chosen], capture_output=True, text=True, check=True).stdout
    assert names.strip()
    assert _in_a_child(sys.executable, "-W", "ignore", NPY_DISABLE_CPU_FEATURES=names.strip()) == GOLDEN


@pytest.mark.sweep
@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_the_processor_does_not_matter(processor: str) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed")
    assert _in_a_child(emulator, "-cpu", processor, sys.executable) == GOLDEN


@pytest.mark.sweep
@pytest.mark.parametrize("version", ["1.26.4", "2.0.2", "2.2.6"])
def test_the_version_of_numpy_does_not_matter(version: str, tmp_path: Path) -> None:
    if version.startswith("1.") and sys.version_info >= (3, 13):
        pytest.skip("numpy 1 has no wheels for this Python")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path)]
    subprocess.run([*install, f"numpy=={version}"], check=True, timeout=300)
    show = [sys.executable, "-c", "import numpy; print(numpy.__version__)"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run(show, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.strip() == version
    assert _in_a_child(sys.executable, PYTHONPATH=str(tmp_path)) == GOLDEN


def test_shipped_cached_and_computed_vectors_of_the_starter_apps_are_the_same_bytes(tmp_path: Path) -> None:
    embedder = choose_embedder()
    shipped = dict(read_packed(bundle.VECTORS, embedder))
    cards = {blob_key(card): card for card in (read_app(bundle.files(name)).card for name in bundle.names())}
    assert cards.keys() < shipped.keys()
    with open_vectors(tmp_path / "vectors.sqlite", embedder) as cache:
        cache.put(shipped.items())
        for blob, rows in shipped.items():
            kept = cache.get(blob)
            assert kept is not None
            assert kept.tobytes() == rows.tobytes()
    for blob in sorted(cards)[::8]:
        assert embedder.embed(texts(cards[blob])).tobytes() == shipped[blob].tobytes()


@pytest.mark.sweep
def test_every_shipped_vector_equals_the_computed_one() -> None:
    embedder = choose_embedder()
    shipped = dict(read_packed(bundle.VECTORS, embedder))
    for name in bundle.names():
        card = read_app(bundle.files(name)).card
        assert embedder.embed(texts(card)).tobytes() == shipped[blob_key(card)].tobytes(), name


def test_no_sum_of_a_linear_layer_exceeds_what_float32_adds_exactly() -> None:
    matrices = [each for name, each in read_tensors(_installed_weights()).items() if name.startswith("val_")]
    blocks = [
        matrix[top : top + encoder.WIDTH].astype(np.int64)
        for matrix in matrices
        if matrix.dtype == np.int8
        for top in range(0, len(matrix), encoder.WIDTH)
    ]
    assert len(blocks) == 6 * (4 + 1 + 4)
    assert max(np.abs(block).sum(axis=0).max() for block in blocks) == encoder.COLUMN
    assert encoder.LEVELS * encoder.COLUMN < 2**24


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 24, 31, 40, 130])
def test_a_linear_layer_equals_the_product_of_integers(rows: int) -> None:
    random = np.random.default_rng(rows)
    layers = encoder.Encoder(read_tensors(_installed_weights()))._layers
    layer = layers[rows % len(layers)]
    room = np.empty((encoder.WIDTH, encoder.WIDTH), dtype=np.float32)
    for part, width in ((layer.inputs, 384), (layer.mix, 384), (layer.expand, 384), (layer.contract, 1536)):
        values = random.normal(size=(rows, width)).astype(np.float32)
        whole, steps = encoder._rounded(values)
        weights = np.concatenate([np.concatenate(squares) for squares in part.columns], axis=1)
        product = whole[:rows].astype(np.int64) @ weights.astype(np.int64)
        # The whole numbers reach more than 24 bits only where 384 rows of weights are added to others.
        parts = [
            whole[:rows, top : top + 384].astype(np.int64) @ weights[top : top + 384].astype(np.int64)
            for top in range(0, width, 384)
        ]
        wanted = parts[0].astype(np.float32)
        for each in parts[1:]:
            wanted += each.astype(np.float32)
        assert np.abs(wanted - product).max() <= np.abs(product).max() * 2.0**-22
        wanted *= steps
        wanted *= part.scales
        wanted += part.bias
        assert encoder._linear((whole, steps), part, room).tobytes() == wanted.tobytes()


def test_no_sum_in_float64_exceeds_what_it_adds_exactly() -> None:
    limit, weight = encoder.LIMIT, 2.0**20
    assert encoder._attention_table().max() == weight
    assert encoder.WIDTH * limit * limit < 2**53
    assert encoder.MAX_LENGTH * weight * limit < 2**53


def test_values_of_any_size_are_rounded_within_the_bounds() -> None:
    values = np.random.default_rng(0).normal(size=(201, 384)).astype(np.float32)
    values *= np.float32(10.0) ** np.linspace(-30, 30, 201, dtype=np.float32)[:, None]
    whole, _ = encoder._rounded(values)
    assert not whole[len(values) :].any()
    assert np.abs(whole).max() == encoder.LEVELS
    assert np.array_equal(whole, np.rint(whole))
    doubles = encoder._whole(values, 2.0**18)
    assert np.abs(doubles).max() == encoder.LIMIT
    assert np.array_equal(doubles, np.rint(doubles))


def test_the_tables_contain_the_right_functions() -> None:
    import math

    x = np.arange(0, 64, 0.0371)
    assert encoder._exp_minus(x) == pytest.approx([math.exp(-each) for each in x], rel=1e-13)
    middles = (np.arange(8 * 1024) + 0.5) / 1024
    tails = [each * 0.5 * math.erfc(each / math.sqrt(2)) for each in middles]
    assert encoder._tail_table() == pytest.approx(tails, abs=1e-6)


def test_vectors_equal_those_of_the_published_graph_except_for_rounding() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    from mapp.index.wordpiece import open_wordpiece

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(_installed_weights()), options, providers=["CPUExecutionProvider"]
    )
    wordpiece = open_wordpiece()
    for text, ours in zip(TEXTS, MiniLM().embed(TEXTS), strict=True):
        tokens = np.array([wordpiece.encode(text)], dtype=np.int64)
        given = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        given["token_type_ids"] = np.zeros_like(tokens)
        wanted = {each.name for each in session.get_inputs()}
        (states,) = session.run(None, {name: value for name, value in given.items() if name in wanted})
        theirs = states[0].mean(axis=0)
        assert float(theirs @ ours) / float(np.linalg.norm(theirs)) > 0.999, text
