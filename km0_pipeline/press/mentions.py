"""What the language model alone finds: step `press_spans`.

The spaCy model that hub.toml has for a document's language (`fr_core_news_md`), its named-entity recogniser only, with its own vectors (the parser,
the tagger and the `tok2vec` they share are left out: same entities, twice as fast). It touches
most of what is there, with wrong types and borders: `naming` mends that. Kept apart from the
rules since it is what takes time: it runs once a text, whatever changes in the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from km0_pipeline.claims import digest
from km0_pipeline.press import folding
from km0_pipeline.press.folding import straighten
from km0_pipeline.press.reuse import Previous, write_keys
from km0_pipeline.press.shards import sharded
from km0_pipeline.steps import Made, Project, made, make, modules_version

VERSION = digest(version("spacy"), modules_version(__file__, folding.__file__))
LONGEST = 1_000_000
"""Characters of a document that are looked at."""

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

    return make(project, ("press_spans", "press_tagged"), build, inputs=["press_documents"], version=VERSION, parameters=map(str, models.items()))


_LABELS = {"PERSON": "PER", "GPE": "LOC", "FAC": "LOC"}
"""Labels of models that name more sorts than the four of French and German ones."""


def _tag(package: str, texts: Sequence[str]) -> list[list[Span]]:
    """Spans of each text by the model of that name; forked over the cores where there are many."""
    if not texts:
        return []
    model = _model(package)

    def pipe(some: Sequence[str]) -> list[list[Span]]:
        docs = model.pipe((straighten(t[:LONGEST]) for t in some), batch_size=32)
        return [[(e.start_char, e.end_char, _LABELS.get(e.label_, e.label_)) for e in doc.ents] for doc in docs]

    return [spans for shard in sharded(pipe, texts) for spans in shard]


@cache
def _model(package: str) -> Any:
    import spacy

    parts = ("tok2vec", "tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter")
    model = spacy.load(package, exclude=parts)
    model.max_length = LONGEST + 1
    return model
