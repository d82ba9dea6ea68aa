"""How often a claim of a given confidence is right: the table behind the confidence of press claims, and how far to trust it.

    make evaluate prints it; make evaluate ARGS=--calibrate measures anew and writes km0_pipeline/press/calibration.csv

Each claim that can be judged is: those of the gold sets by their annotations (names and their kinds; figures, amounts and dates by value;
relations where the annotation is exhaustive), those of the sample in data/raw, and what gold of our own does not speak of, by `judged.csv`,
read by hand. `make evaluate ARGS=--errors` lists wrong claims, and those of our own texts that nobody has judged yet: judge them there.

The fit. Names are one family, all that rules say is the other. What rules say counts only where the names that it rests on are right: its confidence
is multiplied by theirs afterwards. Of a family and of a kind, the share right may only rise with the score (pool adjacent violators); each block of
scores so found leans on what stands above it, a family's on its whole by `WEAK` claims, a kind's on its family by `PRIOR`. Claims of texts that
the rules were written with count for less (`WEIGHTS`). What is printed was fitted without the document that the claim stands in.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

from benchmarks import evaluate
from benchmarks.evaluate import ARTICLES, NAMES, OURS, ROOT, TITLES, Annotated
from km0_pipeline.hub import Hub
from km0_pipeline.press.review import CALIBRATION

JUDGED = Path(__file__).with_name("judged.csv")
OF_SAMPLE = "Sample in data/raw"
KEY = ("path", "subject", "property", "shown", "qualifier", "scope_shown")
"""What a claim is known by in judged.csv: the file in this repository, and what it says."""
ANY, NAME = FAMILIES = ("any", "name")
"""Kinds that stand for several: what rules say, and the names of those they say it of."""
PRIOR = 8.0
"""How many claims of its family are added to those of one kind, at each block of scores."""
WEAK = 4.0
"""How many claims as good as its average are added to those of a family, at each block of scores."""
SURE = 0.999
"""No confidence is above it, however many claims were right: a thousand were never judged."""
WEIGHTS = {OF_SAMPLE: 0.25, **dict.fromkeys((TITLES[ARTICLES], TITLES[OURS / "seen"]), 0.5)}
"""What a claim weighs, against one of a text that no rule was written with."""
BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
LIMITS = (0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.98)

Steps = list[tuple[float, float]]
"""Score from which on, confidence; both rise."""
Table = dict[str, Steps]
"""Kind -> its confidence by score."""


@dataclass(frozen=True)
class Claim:
    """A claim, judged or not (None), with what it leads to: its subject, and other mentions."""

    document: str
    corpus: str
    kind: str
    score: float
    mentions: tuple[str, ...]
    names: str
    right: bool | None
    shown: str
    key: tuple[str, ...] = ()


def kind(row: Mapping[str, Any]) -> str:
    return f"name of {row['subject_kind']}" if row["property"] == "name" else str(row["value_kind"])


# --- what is right ----------------------------------------------------------------------------


def of_gold(corpus: Annotated) -> list[Claim]:
    """The claims of a gold corpus, judged by gold, or by hand where somebody read it: gold says nothing of some claims and compares names."""
    names: dict[str, set[str]] = defaultdict(set)
    for r in corpus.claims:
        if r["property"] == "name":
            names[r["subject_id"]].add(evaluate.name_form(r["value"]))
    annotated = {i: evaluate.gold_items(g) for i, g in corpus.gold.items()}
    by_hand, claims = judged(), []
    for r in corpus.claims:
        gold = corpus.gold[r["document_id"]]
        right = by_gold(r, names, annotated[r["document_id"]], gold["annotation"]["confidence"] == "high")
        key = key_of(r, corpus.folder / gold["text"])
        claims.append(_claim(r, gold["id"], corpus.title, by_hand.get(key, right), key))
    return claims


KINDS = {
    "education": {"school"},
    "research": {"laboratory"},
    "coworking": {"hub"},
    "fablab": {"hub"},
    "accelerator": {"incubator"},
    "association": {"association", "hub"},
    "startup": {"startup", "company"},
    "city": {"commune", "city"},
    "region": {"region", "department"},
    "continent": {"region"},
    "street": {"address"},
}
"""Type of gold -> kinds of ours that say it, where the word differs; `organisation` says nothing."""


def by_gold(
    row: Mapping[str, Any],
    names: Mapping[str, set[str]],
    gold: Mapping[str, Mapping[evaluate.Item, str]],
    exhaustive: bool,
) -> bool | None:
    """Whether gold says what a claim says; None where gold does not say such things."""

    def known(kind: str, *forms: Any) -> set[str]:
        return {type_ for item, type_ in gold[kind].items() if not item.isdisjoint(forms)}

    subject, prop = row["subject_kind"], row["property"]
    named = next((k for k, (s, _) in NAMES.items() if s == subject), "")
    if prop in ("name", "kind", "commune_code") and named:
        forms = [evaluate.name_form(row["value"])] if prop == "name" else names[row["subject_id"]]
        types = known(named, *forms)
        if prop != "kind" or not types:
            return bool(types)
        return None if "organisation" in types else any(row["value"] in KINDS.get(t, {t}) for t in types)
    if prop == "headcount" and row["scope"] not in evaluate.NOT_PEOPLE:
        return bool(known("headcounts", (Decimal(row["value"]), row["qualifier"])))
    if prop in ("funding_eur", "received_eur", "investment_eur"):
        return bool(known("amounts", (Decimal(row["value"]), "EUR")))
    if row["value_kind"] == "date":
        return bool(known("dates", row["value"]))
    if row["value_kind"] == "mention" and subject != "event" and exhaustive:
        ends = names[row["subject_id"]], names[row["value"]]
        return bool(known("relations", *evaluate.relation(prop, frozenset(ends[0]), frozenset(ends[1]))))
    return None


def of_sample() -> list[Claim]:
    """The claims of the sample in data/raw, judged by judged.csv."""
    hub = Hub.load(ROOT / "hub.toml").model_copy(update={"feeds": ()})
    raw = ROOT / "data" / "raw"
    rows, documents = evaluate.extracted(
        hub,
        sorted((raw / "press").glob("*.md")),
        "press_reviewed",
        "press_documents",
        registries=sorted((raw / "registries").iterdir()),
    )
    paths = {d["document_id"]: raw / d["path"] for d in documents}
    by_hand = judged()
    keys = [key_of(r, paths[r["document_id"]]) for r in rows]
    return [_claim(r, key[0], OF_SAMPLE, by_hand.get(key), key) for r, key in zip(rows, keys, strict=True)]


def judged() -> dict[tuple[str, ...], bool]:
    """What was judged by hand: `KEY` of a claim -> whether it is right."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {tuple(r[k] for k in KEY): r["right"] == "1" for r in csv.DictReader(file)}


def key_of(row: Mapping[str, Any], file: Path) -> tuple[str, ...]:
    """What a claim is known by in judged.csv; `file` as it lies in the repository, if it does."""
    path = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else ""
    return (path, *(row[k] for k in KEY[1:]))


def _claim(row: Mapping[str, Any], document: str, corpus: str, right: bool | None, key: tuple[str, ...]) -> Claim:
    mentions = (
        row["subject_id"],
        *([row["value"]] if row["value_kind"] == "mention" else []),
        *([row["scope"]] if row["scope"] else []),
    )
    shown = "\t".join(str(row[k]) for k in ("subject", "property", "shown", "qualifier", "scope_shown", "original"))
    return Claim(
        document,
        corpus,
        kind(row),
        row["score"],
        mentions,
        row["subject_id"] if row["property"] == "name" else "",
        right,
        shown,
        key,
    )


# --- the fit ----------------------------------------------------------------------------------


def rising(points: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Score, share and weight, in order of score -> score from which on, share and weight: the nearest that never falls."""
    blocks: list[tuple[float, float, float]] = []
    for block in points:
        while blocks and blocks[-1][1] >= block[1]:
            (first, below, n), (_, share, weight) = blocks.pop(), block
            block = (first, (below * n + share * weight) / (n + weight), n + weight)
        blocks.append(block)
    return blocks


Counts = Mapping[float, tuple[float, float]]
"""Score -> how many claims are right, of how many."""


def leaning(counts: Counts, above: Callable[[float], float], n: float) -> Steps:
    """The share right by score, to which each block of scores adds `n` claims that are as often right as `above` says."""
    blocks = rising((score, right / of, of) for score, (right, of) in sorted(counts.items()))
    ends = [*(first for first, *_ in blocks[1:]), float("inf")]
    drawn = []
    for (first, share, weight), end in zip(blocks, ends, strict=True):
        prior = sum(of * above(score) for score, (_, of) in counts.items() if first <= score < end) / weight
        drawn.append((first, min(SURE, (share * weight + prior * n) / (weight + n)), weight + n))
    steps = [(first, share) for first, share, _ in rising(drawn)]
    return [(0.0, steps[0][1]), *steps[1:]]


def fit(claims: Iterable[Claim]) -> Table:
    """The share right by kind and score: of names, and of what rules say of right names."""
    claims = [c for c in claims if c.right is not None]
    good = {c.names for c in claims if c.names and c.right}
    misnamed = {c.names for c in claims if c.names} - good
    counts: dict[str, dict[float, tuple[float, float]]] = defaultdict(dict)
    for c in claims:
        if c.names or misnamed.isdisjoint(c.mentions):
            weight = WEIGHTS.get(c.corpus, 1.0)
            for name in (c.kind, family(c.kind)):
                right, of = counts[name].get(c.score, (0.0, 0.0))
                counts[name][c.score] = right + weight * bool(c.right), of + weight
    table: Table = {}
    for name in sorted(counts, key=lambda k: (k not in FAMILIES, k)):
        right, of = (sum(n) for n in zip(*counts[name].values(), strict=True))
        if name in FAMILIES:
            table[name] = leaning(counts[name], lambda _, share=(right + 1) / (of + 2): share, WEAK)  # type: ignore[misc]
        else:
            table[name] = leaning(counts[name], partial(look_up, table, family(name)), PRIOR)
    return table


def family(kind: str) -> str:
    """Names that were recognised; or what rules say, the names that they give to events among it."""
    return NAME if kind.startswith("name of ") and kind != "name of event" else ANY


def look_up(table: Table, kind: str, score: float) -> float:
    steps = table.get(kind) or table[family(kind)]
    return steps[bisect_right(steps, score, key=lambda step: step[0]) - 1][1]


def confidences(claims: Iterable[Claim], table: Callable[[str], Table]) -> dict[int, float]:
    """Place of a claim -> its confidence, as `press.review` makes it. `table` is asked for each document."""
    claims = list(claims)
    own = [look_up(table(c.document), c.kind, c.score) for c in claims]
    best: dict[str, float] = defaultdict(float)
    for c, p in zip(claims, own, strict=True):
        if c.names:
            best[c.names] = max(best[c.names], p)
    return {
        n: p if c.names else prod([p, *(best[m] for m in c.mentions if m in best)])
        for n, (c, p) in enumerate(zip(claims, own, strict=True))
    }


# --- the report -------------------------------------------------------------------------------


def interval(right: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z = 1.96
    p, d = right / n, 1 + z * z / n
    middle, half = (p + z * z / (2 * n)) / d, z / d * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _row(name: str, some: list[tuple[float, bool]]) -> list[str]:
    if not some:
        return [name, "0", "–", "–", "–"]
    n, right = len(some), sum(r for _, r in some)
    low, high = interval(right, n)
    return [name, str(n), f"{sum(p for p, _ in some) / n:.2f}", f"{right / n:.3f}", f"{low:.2f} to {high:.2f}"]


def report(claims: list[Claim], sure: Mapping[int, float], limit: float) -> str:
    """Reliability, Brier scores, and how much of what would be published is right."""
    parts = ["## Confidence\n", CAPTION]
    titles = dict.fromkeys(c.corpus for c in claims)
    groups = {title: {title} for title in titles}
    if len(groups.keys() - {OF_SAMPLE}) > 1:
        groups = {"All annotated texts": titles.keys() - {OF_SAMPLE}, **groups}
    for title, corpora in groups.items():
        known = [(sure[n], c) for n, c in enumerate(claims) if c.corpus in corpora and c.right is not None]
        if not known:
            continue
        pairs = [(p, bool(c.right)) for p, c in known]
        share = sum(r for _, r in pairs) / len(pairs)
        brier = [
            sum((p - r) ** 2 for p, r in of) / len(of)
            for of in (pairs, [(c.score, bool(c.right)) for _, c in known], [(share, r) for _, r in pairs])
        ]
        all_of_it = sum(c.corpus in corpora for c in claims)
        parts.append(f"### {title}: {len(known)} of {all_of_it} claims judged\n")
        head = ["confidence", "claims", "mean", "share right", "95 % interval"]
        bands = [
            _row(f"{a:.2f} to {b:.2f}", [x for x in pairs if a <= x[0] < b or x[0] == b == 1])
            for a, b in zip(BANDS, (*BANDS[1:], 1.0), strict=True)
        ]
        parts.append(evaluate._table(head, bands))
        parts.append(
            f"Brier score {brier[0]:.3f}; of the rules' own scores {brier[1]:.3f}; of one share for all {brier[2]:.3f}.\n"
        )
        head[0] = "published from"
        rows = [
            _row(f"{x:.2f}" + (" (hub.toml)" if x == limit else ""), [y for y in pairs if y[0] >= x])
            for x in sorted({*LIMITS, limit})
        ]
        parts.append(evaluate._table(head, rows))
        head[0] = "kind, published"
        kinds = sorted({c.kind for _, c in known})
        parts.append(
            evaluate._table(
                head, [_row(k, [(p, bool(c.right)) for p, c in known if c.kind == k and p >= limit]) for k in kinds]
            )
        )
    return "\n".join(parts)


CAPTION = """\
A claim of the press is published from `press.review_below` of hub.toml on; below it waits for a person. Its confidence is the share of
such claims that was right here (`benchmarks/calibrate.py` says how; `make evaluate ARGS=--calibrate` measures anew). Each claim's was
measured without the document it stands in. What was judged: names, their kinds and codes, figures, dates and relations by gold, and by
hand in our own texts what gold does not speak of, or where a value that stands in the text is said of the wrong one.

How to read it:

- 98 in 100 published claims are to be right. The line of the limit says how many are; the lower end of its interval is what is shown. A hundred
  claims that are all right show 0.96, two hundred 0.98: fewer show nothing near the bar, however they fare.
- Texts that rules were written with (the sample, the articles, our seen texts) flatter: our unseen texts say what to expect of the next article.
- A wrong name takes its kind, code and relations with it: claims of one document are not independent, and intervals are wider than they look.
- Relations, figures and roles are multiplied by the confidence of one or two names. So few of them pass the limit unless their names are known
  from registries or reference/; the others wait for a person.
- Above the limit the score tells little: compare the lines of 0.95 and 0.98 with that of the limit, how many are right and how many are left. What
  is wrong there is sure of itself: pieces of longer names, companies that are called like people, and offices and places that take over the future
  of the verb beside them.
"""


def section(corpora: Iterable[Annotated], fitting: bool = False) -> tuple[str, str]:
    """The report on the claims that can be judged, and, for the terminal, those that are wrong or that nobody has judged,
    and judgements on what is no longer found: lines of judged.csv to delete.

    With `fitting`, the table is measured anew and written.
    """
    claims = [*(c for corpus in corpora for c in of_gold(corpus)), *of_sample()]
    if fitting:
        write(fit(claims))
    without = {d: fit(c for c in claims if c.document != d) for d in {c.document for c in claims}}
    sure = confidences(claims, without.__getitem__)
    lines = [
        f"{'wrong' if c.right is False else 'not judged'}\t{sure[n]:.2f}\t{c.score:.2f}\t{c.document}\t{c.shown}"
        for n, c in enumerate(claims)
        if c.right is False or (c.right is None and c.corpus != TITLES[ARTICLES])
    ]
    known = {c.key for c in claims}
    files = {c.key[0] for c in claims}
    lines += ["\t".join(["no longer found", *key]) for key in judged() if key[0] in files and key not in known]
    return report(claims, sure, Hub.load(ROOT / "hub.toml").press.review_below), "\n".join(sorted(lines))


def write(table: Table) -> None:
    with CALIBRATION.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("kind", "score", "confidence"))
        out.writerows(
            (name, f"{score:g}", f"{confidence:.3f}") for name in sorted(table) for score, confidence in table[name]
        )
