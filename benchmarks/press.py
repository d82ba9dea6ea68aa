"""Generated articles through the whole extraction, against bare spaCy's recogniser on the same texts.

    make bench, or: .venv/bin/python benchmarks/press.py [--articles 2000] [--names 100000] [--repeat 1]

Each side is a fresh process on the same machine, one after the other; wall time and peak memory are the operating
system's, of the process and what it forks (Linux). Ours is what a refresh does with press, without Dagster: the steps
`press_files` to `press_reviewed`, from files to claims, in a new project. The peer is `fr_core_news_md` with its named-entity
recogniser only and nothing kept of what it finds, its texts in as many forked shards as there are cores, as ours.

Then the same project with one article in a hundred new, and a project of one article (what starting costs); and
what as many more known names cost: the time of finding them in all texts, in this process.

The articles are made up of this file's own sentences, and nobody in them exists. Exit status 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recording import Figure, keep

ROOT = Path(__file__).resolve().parent.parent
RATIO, MEMORY_GB, NEW, NAMES = 0.7, 1.5, 0.03, 0.1
"""Bars: documents a second against the peer's; peak memory; share of a full run that 1 % of new articles may take besides starting; share of the recogniser's time that more known names may take."""

HUB = """
[hub]
name = "Hub fictif"
aliases = ["le Hub fictif"]
commune = "68224"
commune_name = "Mulhouse"

[publisher]
name = "Hub fictif"
contact = "donnees@hub-fictif.example"
title = "Un hub fictif"
title_en = "A fictional hub"
description = "Des articles générés pour mesurer la vitesse : aucune de ces organisations n'existe."
description_en = "Articles made up to measure speed: none of these organisations exists at all."
"""

FIRST = (
    "Alix",
    "Bérénice",
    "Côme",
    "Dorine",
    "Élie",
    "Fanette",
    "Gaspard",
    "Hélène",
    "Ivan",
    "Jeanne",
    "Karim",
    "Lison",
)
LAST = (
    "Aubier",
    "Brunelle",
    "Castagne",
    "Delorme",
    "Esnault",
    "Fougeray",
    "Grandval",
    "Hennequin",
    "Jourdain",
    "Kermarec",
)
HEAD = (
    "Nova",
    "Atelier",
    "Lumi",
    "Octa",
    "Brume",
    "Cobalt",
    "Delta",
    "Écho",
    "Filao",
    "Galet",
    "Horizon",
    "Iris",
    "Jade",
)
TAIL = (
    "logic",
    "tech",
    "conseil",
    "data",
    "lab",
    "soft",
    "réseaux",
    "industrie",
    "énergie",
    "santé",
    "mobilité",
    "textile",
)
TOWN = (
    "Mulhouse",
    "Colmar",
    "Strasbourg",
    "Illzach",
    "Kingersheim",
    "Lutterbach",
    "Riedisheim",
    "Wittenheim",
    "Belfort",
)
MONTH = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
ROLE = ("directrice", "président", "fondatrice", "responsable de l'innovation", "gérant", "chargée de communication")
FACTS = (
    "{O} s'installe au Hub fictif, dans un plateau de {n} m² rénové par {Q}.",
    "La start-up {O}, créée en {y} par {P}, emploie {n} salariés à {T}.",
    "« Nous voulons ouvrir un second site à {T} avant la fin de l'année », explique {P}, {r} de {O}.",
    "Le {d} {m} {y}, la société {O} a signé un partenariat avec l'association {Q}.",
    "{O} a levé {k} millions d'euros auprès de {Q} et de la Banque publique d'investissement.",
    "Près de {n} personnes travaillent désormais dans ce bâtiment de {T}, une ancienne filature du XIXe siècle.",
    "Le Hub fictif accueille {O}, {Q} et une vingtaine d'autres entreprises du numérique.",
    "Selon {P}, le chantier, dont le coût est estimé à {k} millions d'euros, devrait être achevé en {m} {y}.",
    "La région Grand Est et la Ville de {T} soutiennent le projet, porté par {O} depuis {y}.",
    "Les visiteurs pourront découvrir le {d} {m} prochain les prototypes de {O} et les travaux des étudiants.",
    "Il n'est pas question, précise {P}, de fermer l'atelier historique de {T}, où travaillent encore quelques ouvriers.",
    "Au programme de la journée : des conférences, une table ronde animée par {P} et la visite des locaux de {O}.",
    "{O}, dirigée par {P}, est membre du réseau {Q}, qui regroupe les acteurs du territoire.",
    "« On vient d'abord pour le calme, on reste pour les rencontres », résume {P}, qui loue un bureau depuis {y}.",
    "« Le plus dur n'est pas de trouver l'argent, c'est de trouver le temps », glisse {P} dans un sourire.",
    "L'association {Q} anime chaque jeudi un atelier d'initiation à la programmation pour les enfants du quartier.",
    "Un livret raconte la transformation du lieu, illustré par les élèves de l'école d'art de {T}.",
)
"""What the press says of somebody: what rules look at."""
THING = (
    "verrière halle charpente façade cour passerelle salle réserve galerie terrasse cuisine serre rampe cloison grille cheminée toiture cave loge allée fenêtre "
    "table lampe étagère machine presse bobine maquette affiche carte lettre liste facture recette promesse habitude dispute surprise promenade averse rumeur voix "
    "porte scène estrade fresque verveine brouette ficelle échelle poussière mousse pompe vanne brique tuile planche bâche cloche sirène horloge vitrine"
)
LOOK = (
    "ancienne large claire sombre étroite commune voisine froide sonore massive discrète vide fragile propre modeste immense inattendue rouge verte grise usée "
    "solide neuve haute basse longue courbe rare simple double"
)
DOES = (
    "longe éclaire rappelle annonce traverse domine remplace cache protège précède abîme réchauffe décore ferme prolonge touche entoure complète sépare soutient "
    "raconte attend retient couvre suit dépasse évoque occupe borde relie"
)
WHERE = "derrière|sous|près de|devant|à côté de|avant|depuis|malgré|sans|avec|pour|contre|dans|sur|entre deux murs de"
PLAIN = (
    "La {n} {l} {d} une {n} {w} la {n}.",
    "Une {n} {d} la {n} {l}, {w} une {n}.",
    "Chaque {n} {d} une {n} {l} et {d} la {n} {w} la {n} {l}.",
    "Dans la {n}, une {n} {l} {d} la {n}.",
    "Cette {n}, {l} et {l}, {d} une {n} {w} la {n}.",
)
"""Sentences that name nobody, of so many words that no two articles share a third of them: unrelated articles don't."""


def article(number: int) -> str:
    """The Markdown of article `number`: 17 sentences, some 230 words, a title and a date; half of them name nobody, as in the press."""
    pick = random.Random(number)

    def organisation() -> str:
        return f"{pick.choice(HEAD)}{pick.choice(TAIL)} {pick.randrange(3000)}"

    def sentence(form: str) -> str:
        return form.format(
            O=organisation(), Q=organisation(), P=f"{pick.choice(FIRST)} {pick.choice(LAST)}", T=pick.choice(TOWN), r=pick.choice(ROLE),
            n=pick.randrange(8, 900), k=pick.randrange(1, 40), d=pick.randrange(2, 28), m=pick.choice(MONTH), y=pick.randrange(2012, 2026),
        )  # fmt: skip

    def plain(form: str) -> str:
        words = {"n": THING.split(), "l": LOOK.split(), "d": DOES.split(), "w": WHERE.split("|")}
        return re.sub(r"\{(\w)\}", lambda m: pick.choice(words[m.group(1)]), form)

    text = [sentence(form) for form in pick.sample(FACTS, 8)] + [plain(pick.choice(PLAIN)) for _ in range(9)]
    pick.shuffle(text)
    paragraphs = "\n\n".join(" ".join(text[n : n + 4]) for n in range(0, len(text), 4))
    day = f"{pick.randrange(2016, 2026)}-{pick.randrange(1, 13):02}-{pick.randrange(1, 28):02}"
    return f"---\ntitle: {organisation()} au Hub fictif\npublisher: Journal fictif {number % 7}\npublished: {day}\n---\n\n{paragraphs}\n"


def project(folder: Path, numbers: range) -> Path:
    """A project in `folder` with these articles, besides those it holds."""
    press = folder / "data" / "raw" / "press"
    press.mkdir(parents=True, exist_ok=True)
    (folder / "hub.toml").write_text(HUB, encoding="utf-8")
    for n in numbers:
        (press / f"article-{n:05}.md").write_text(article(n), encoding="utf-8")
    return folder


def ours(folder: Path) -> None:
    """Our side: from files to claims of which it is known whether they may be published."""
    from km0_pipeline.press.collect import press_files
    from km0_pipeline.press.duplicates import press_stories
    from km0_pipeline.press.mentions import press_spans
    from km0_pipeline.press.read import press_documents
    from km0_pipeline.press.review import claim_decisions, press_reviewed
    from km0_pipeline.press.statements import press_claims
    from km0_pipeline.registries.read import registry_files, registry_rows
    from km0_pipeline.steps import Project

    at = Project.at(folder)
    for step in (
        registry_files,
        registry_rows,
        press_files,
        press_documents,
        press_stories,
        press_spans,
        press_claims,
        claim_decisions,
        press_reviewed,
    ):
        start = time.perf_counter()
        made = step(at)
        print(f"{step.__name__:16} {time.perf_counter() - start:7.2f} s {made.rows:8,} rows {made.figures}")


def peer(folder: Path) -> None:
    """The peer: the recogniser on the same texts, forked over the cores."""
    from multiprocessing import get_context

    texts = [
        p.read_text(encoding="utf-8").split("---", 2)[2] for p in sorted((folder / "data" / "raw" / "press").iterdir())
    ]
    load()
    size = -(-len(texts) // (cores() * 4))
    with get_context("fork").Pool(cores()) as pool:
        print(sum(pool.map(spans, [texts[n : n + size] for n in range(0, len(texts), size)])), "spans")


def cores() -> int:
    """Cores of this machine that this process may use."""
    return len(os.sched_getaffinity(0))


def load() -> None:
    """The model, before forking."""
    global model
    import spacy

    model = spacy.load(
        "fr_core_news_md",
        exclude=["tok2vec", "tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter"],
    )


def spans(texts: list[str]) -> int:
    """How many spans the model finds."""
    return sum(len(doc.ents) for doc in model.pipe(texts, batch_size=32))


def names(folder: Path, more: int) -> float:
    """Seconds that `more` known names cost on all texts: those with them, less those without."""
    from km0_pipeline.hub import Hub
    from km0_pipeline.press.known import Names

    hub = Hub.load(folder / "hub.toml")
    texts = [p.read_text(encoding="utf-8") for p in sorted((folder / "data" / "raw" / "press").iterdir())]
    taken = []
    for others in ([], [f"{HEAD[n % len(HEAD)]}{TAIL[n % len(TAIL)]} {n}" for n in range(more)]):
        start = time.process_time()
        known = Names(hub, others)
        found = sum(len(known.find(t)) for t in texts)
        taken.append(time.process_time() - start)
        print(f"{len(others):8,} more known names: {taken[-1]:6.2f} s, {found:,} found")
    return taken[1] - taken[0]


def measure(side: str, folder: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in GB of one side on the project in `folder`, as a fresh process with all that it forks."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}
    peak, start = 0.0, time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [sys.executable, __file__, "--side", side, str(folder)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.1)
        taken = time.perf_counter() - start
        out.seek(0)
        said = out.read().rstrip()
    if process.returncode:
        sys.exit(f"{side} failed:\n{said[-3000:]}")
    print(said)
    return taken, peak


def memory(pid: int) -> float:
    """GB that a process and what it forked hold now, shared pages counted once (Linux: proportional set size)."""
    try:
        held = next(
            int(line.split()[1])
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, StopIteration):  # it is gone
        return 0.0
    return held / 1e6 + sum(memory(int(child)) for child in children)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each side; the median is printed")
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "PROJECT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        {"ours": ours, "peer": peer}[options.side[0]](Path(options.side[1]))
        return 0
    n, new = options.articles, max(options.articles // 100, 1)
    runs: dict[str, list[tuple[float, float]]] = {"peer": [], "ours": [], "new": [], "one": []}
    with tempfile.TemporaryDirectory(prefix="km0-press-") as scratch:
        for r in range(options.repeat):
            folder = project(Path(scratch, f"all{r}"), range(n))
            runs["peer"].append(measure("peer", folder))
            runs["ours"].append(measure("ours", folder))
            runs["new"].append(measure("ours", project(folder, range(n, n + new))))
            runs["one"].append(measure("ours", project(Path(scratch, f"one{r}"), range(1))))
        more = names(folder, options.names)
    seconds = {side: statistics.median(t for t, _ in times) for side, times in runs.items()}
    gb = {side: max(m for _, m in times) for side, times in runs.items()}
    speed = seconds["peer"] / seconds["ours"]
    share = (seconds["new"] - seconds["one"]) / seconds["ours"]
    print(
        f"bare recogniser, {n} articles    {seconds['peer']:6.1f} s  {gb['peer']:5.2f} GB  {n / seconds['peer']:6.1f} articles a second"
    )
    print(
        f"whole extraction               {seconds['ours']:6.1f} s  {gb['ours']:5.2f} GB  {n / seconds['ours']:6.1f} articles a second"
    )
    print(f"then {new} new                    {seconds['new']:6.1f} s; a project of one article {seconds['one']:.1f} s")
    print(f"speed {speed:.2f} of the recogniser's (bar: {RATIO}), peak memory {gb['ours']:.2f} GB (bar: {MEMORY_GB})")
    print(f"1 % new: {share:.3f} of a full run besides starting (bar: {NEW})")
    cost = more / (seconds["peer"] * cores())
    print(f"{options.names:,} more names: {cost:.3f} of the recogniser's time (bar: {NAMES})")
    return keep(
        Figure(f"press, {n:,} articles, speed", f"{n / seconds['ours']:.1f} a second", f"bare spaCy: {n / seconds['peer']:.1f} a second", speed, RATIO, least=True),
        Figure("the same, memory", f"{gb['ours']:.2f} GB", "", gb["ours"], MEMORY_GB),
        Figure("1 % of articles new", f"{seconds['new'] - seconds['one']:.1f} s", f"all of them: {seconds['ours']:.1f} s", share, NEW),
        Figure(f"{options.names:,} more names known", f"{more:.1f} s of processor time", f"the recogniser: {seconds['peer'] * cores():.1f} s", cost, NAMES),
    )


if __name__ == "__main__":
    sys.exit(main())
