"""What the language model alone finds: step `press_spans`.

The spaCy model that hub.toml has for a document's language (`fr_core_news_md`), its named-entity recogniser only, with its own vectors (the parser,
the tagger and the `tok2vec` they share are left out: same entities, twice as fast). It touches
most of what is there, with wrong types and borders: `naming` mends that. Kept apart from the
rules since it is what takes time: it runs once a text, whatever changes in the rules. Sentences
that can't name anybody are not shown to it: half of a usual article, and half of the time. Of what is left, half was spaCy's product of
matrices; NumPy's own finds the same.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from km0_pipeline.claims import digest
from km0_pipeline.press import evidence, folding
from km0_pipeline.press.evidence import COMMON_FIRST
from km0_pipeline.press.folding import straighten
from km0_pipeline.press.reuse import Previous, write_keys
from km0_pipeline.shards import sharded
from km0_pipeline.steps import Made, Project, made, make, modules_version

VERSION = digest(
    version("spacy"), modules_version(__file__, folding.__file__, evidence.__file__), *sorted(COMMON_FIRST)
)
LONGEST = 1_000_000
"""Characters of a document that are looked at."""

BATCH = 32
"""Documents that the model reads at once."""

SPANS = pa.schema([("document_id", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("label", pa.string())])

Span = tuple[int, int, str]


def press_spans(project: Project) -> Made:
    """Step: `document_id`, `start`, `end` (characters of the stored text), `label` (PER ORG LOC MISC) of documents in a language with a model."""
    import pyarrow.parquet as pq

    models = {language: f"{package} {version(package)}" for language, package in project.hub.press.models.items()}

    def build(spans_out: Path, keys_out: Path) -> dict[str, int]:
        table = pq.read_table(made(project, "press_documents").path, columns=["document_id", "language", "text"])
        documents = {r["document_id"]: r for r in table.to_pylist() if r["language"] in models}
        keys = {i: digest(VERSION, models[r["language"]], r["text"], length=64) for i, r in documents.items()}
        previous = Previous(project, "press_tagged", keys, "press_spans")
        new = [i for i in documents if i not in previous.same]
        rows = []
        for language, package in project.hub.press.models.items():
            some = [i for i in new if documents[i]["language"] == language]
            found = _tag(package, [documents[i]["text"] for i in some])
            rows += [(i, *span) for i, spans in zip(some, found, strict=True) for span in spans]
        fresh = (
            pa.Table.from_arrays(
                [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), SPANS, strict=True)], schema=SPANS
            )
            if rows
            else SPANS.empty_table()
        )
        spans = pa.concat_tables([previous.rows("press_spans", "document_id", SPANS), fresh])
        spans = spans.sort_by([(n, "ascending") for n in SPANS.names])
        pq.write_table(spans, spans_out, compression="zstd")
        write_keys(keys_out, keys)
        return {"documents": len(documents), "tagged": len(new), "reused": len(previous.same), "spans": spans.num_rows}

    return make(
        project,
        ("press_spans", "press_tagged"),
        build,
        inputs=["press_documents"],
        version=VERSION,
        parameters=map(str, models.items()),
    )


_LABELS = {"PERSON": "PER", "GPE": "LOC", "FAC": "LOC"}
"""Labels of models that name more sorts than the four of French and German ones."""


def _tag(package: str, texts: Sequence[str]) -> list[list[Span]]:
    """Spans of each text by the model of that name; forked over the cores where there are many."""
    if not texts:
        return []
    model = _model(package)

    def pipe(some: Sequence[str]) -> list[list[Span]]:
        shown = [_naming(straighten(t[:LONGEST])) for t in some]
        docs = model.pipe(("".join(p for _, p in pieces) for pieces in shown), batch_size=BATCH)
        return [_spans(doc, pieces) for doc, pieces in zip(docs, shown, strict=True)]

    with _one_thread():
        return [spans for shard in sharded(pipe, texts) for spans in shard]


def _blas() -> Any:
    """NumPy's library of matrix products where that is OpenBLAS, as in its wheels, else None: it takes half the time of spaCy's own, on one thread."""
    library = ctypes.CDLL(import_module("numpy.linalg._umath_linalg").__file__)
    return library if hasattr(library, "scipy_openblas_set_num_threads64_") else None


@contextmanager
def _one_thread() -> Iterator[None]:
    """NumPy multiplies on one thread meanwhile, also in forked processes: there is one for each core already, and more only wait for each other."""
    if (blas := _blas()) is None:
        yield
        return
    before = blas.scipy_openblas_get_num_threads64_()
    blas.scipy_openblas_set_num_threads64_(1)
    try:
        yield
    finally:
        blas.scipy_openblas_set_num_threads64_(before)


_SENTENCE = re.compile(r"(?:\b[A-ZÀ-Þ][a-zà-ÿ]?\.|[^\n.!?…]|[.!?…](?!\s))+[.!?…]*\s*|\s+|[.!?…]+\s*")
_FIRST = re.compile(r"[\W_]*([^\W\d_]*)('?)")
_CAPITAL = re.compile("[A-ZÀ-ÖØ-ÞŒ]")


def _naming(text: str) -> list[tuple[int, str]]:
    """The sentences of `text` that may name somebody, and where each begins: those with a capital but for that of a common first word."""
    pieces = []
    for sentence in _SENTENCE.finditer(text):
        piece = sentence.group()
        first = _FIRST.match(piece)
        assert first is not None  # it may be empty
        word = first.group(1).lower()
        common = first.group(1) == word or word in COMMON_FIRST or (first.group(2) and len(word) < 3)
        if not common or _CAPITAL.search(piece, first.end()):
            pieces.append((sentence.start(), piece))
    return pieces


def _spans(doc: Any, pieces: Sequence[tuple[int, str]]) -> list[Span]:
    """What the model found in these pieces put together, where it stands in their text; cut where the next piece does not follow."""
    whole = "".join(piece for _, piece in pieces)
    starts = [0]
    for _, piece in pieces:
        starts.append(starts[-1] + len(piece))
    found = []
    for entity in doc.ents:
        n = bisect_right(starts, entity.start_char) - 1
        while starts[n + 1] < entity.end_char and pieces[n + 1][0] == pieces[n][0] + len(pieces[n][1]):
            n += 1
        shift = pieces[n][0] - starts[n]
        text = whole[entity.start_char : min(entity.end_char, starts[n + 1])].rstrip()
        start = entity.start_char + shift
        found.append((start, start + len(text), _LABELS.get(entity.label_, entity.label_)))
    return found


@cache
def _model(package: str) -> Any:
    """The recogniser of the model of that name, as spaCy loads it, in a fourth of the time.

    Its tokenizer is read from its own file: the module of French in spaCy first compiles a pattern of a million
    characters for it, which spell out all letters hundreds of times. Here a letter is any but a digit: a test holds that words are told apart alike.
    """
    import spacy
    import srsly
    from spacy.lang.char_classes import ALPHA, ALPHA_LOWER
    from thinc.api import use_ops

    parts = ("tok2vec", "tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter")
    with use_ops("numpy", use_blis=_blas() is None):
        model = spacy.load(package, exclude=(*parts, "tokenizer"), config={"nlp": {"lang": "xx"}})
    tokenizer = srsly.read_msgpack(model.path / "tokenizer")
    if whole := tokenizer.get("token_match"):
        letters = whole.removeprefix("(?iu)").replace(ALPHA_LOWER, r"\w").replace(ALPHA, r"\w")
        tokenizer["token_match"] = rf"(?iu)(?![^\d_]*[\d_])(?:{letters})"
    model.tokenizer.from_bytes(srsly.msgpack_dumps(tokenizer))
    model.max_length = LONGEST + 1
    return model
