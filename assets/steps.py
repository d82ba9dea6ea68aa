"""One asset per output of a step, from data/raw to the claims and the entities.

An asset calls its step and says what was made; the step itself decides whether it has to make
anything (`km0_pipeline.steps`). Data versions are digests of content, so Dagster sees unchanged
inputs as unchanged. Only a step that asks the outside world is tried again when it fails: the others would fail again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from assets.describe import both, file_columns, made_metadata, understood
from assets.lineage import headings, step_lineage
from assets.resources import ProjectResource, plainly
from assets.sources import OWNERS, sources_of
from km0_pipeline.entities import resolve
from km0_pipeline.hub import Hub
from km0_pipeline.press import collect, duplicates, feeds, mentions, review
from km0_pipeline.press import read as press_read
from km0_pipeline.press import statements as press_statements
from km0_pipeline.register import addresses
from km0_pipeline.register import files as register_files
from km0_pipeline.register import index as register_index
from km0_pipeline.register import links as register_links
from km0_pipeline.register import lookup as register_lookup
from km0_pipeline.register import statements as register_statements
from km0_pipeline.registries import read as registry_read
from km0_pipeline.registries import statements as registry_statements
from km0_pipeline.steps import Made, Project, made


@dataclass(frozen=True)
class Step:
    """A step as Dagster shows it: `outputs` are name -> (English, French), the first being what it returns and `preview` shows.

    `deps` are steps, and kinds of sources (`sources.TEXTS`).
    """

    function: Callable[[Project], Made]
    version: str
    group: str
    kinds: frozenset[str]
    deps: tuple[str, ...]
    outputs: dict[str, tuple[str, str]]
    retry: dg.RetryPolicy | None = None
    preview: Callable[[Project], dg.MarkdownMetadataValue] | None = None


AGAIN = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL)
"""For what a step itself could not get over; a feed that can't be reached is asked again within the step."""

STEPS = (
    Step(
        feeds.press_feeds,
        feeds.VERSION,
        "3_press",
        frozenset({"python", "parquet"}),
        ("hub_toml", "feed"),
        {
            "press_feeds": (
                "How it went with each feed of hub.toml; new articles are kept in data/raw/press.",
                "Ce qu'a donné chaque flux de hub.toml ; les nouveaux articles sont gardés dans data/raw/press.",
            ),
            "press_feed_rejects": ("What could not be had of the feeds, and why.", "Ce qui n'a pu être obtenu des flux, et pourquoi."),
        },
        AGAIN,
    ),
    Step(
        collect.press_files,
        collect.VERSION,
        "3_press",
        frozenset({"python", "parquet"}),
        ("press", "press_feeds"),
        {"press_files": ("Which press files there are, by their bytes.", "Les fichiers de presse présents, selon leurs octets.")},
    ),
    Step(
        press_read.press_documents,
        press_read.VERSION,
        "3_press",
        frozenset({"python", "parquet"}),
        ("press_files", "hub_toml"),
        {
            "press_documents": ("Press releases as metadata and text.", "Communiqués : métadonnées et texte."),
            "press_rejects": ("What could not be read of the press, and why.", "Ce qui n'a pu être lu de la presse, et pourquoi."),
        },
    ),
    Step(
        duplicates.press_stories,
        duplicates.VERSION,
        "3_press",
        frozenset({"python", "parquet"}),
        ("press_documents",),
        {
            "press_stories": (
                "Which documents tell the same story, and which a later version supersedes.",
                "Quels documents racontent le même sujet, et lesquels une version ultérieure remplace.",
            )
        },
    ),
    Step(
        mentions.press_spans,
        mentions.VERSION,
        "3_press",
        frozenset({"python", "spacy", "parquet"}),
        ("press_documents",),
        {"press_spans": ("Names that the language model finds.", "Noms que trouve le modèle de langue.")},
    ),
    Step(
        press_statements.press_claims,
        press_statements.VERSION,
        "3_press",
        frozenset({"python", "parquet"}),
        ("press_documents", "press_spans", "registry_rows", "hub_toml"),
        {"press_claims": ("What the rules find that the press says, and where.", "Ce que les règles trouvent dit par la presse, et où.")},
    ),
    Step(
        review.claim_decisions,
        review.version(),
        "3_press",
        frozenset({"python", "parquet"}),
        ("decisions",),
        {
            "claim_decisions": (
                "What stewards accepted and rejected of what was understood of the press.",
                "Ce que les gestionnaires ont accepté ou rejeté de ce qui a été compris de la presse.",
            ),
            "decision_rejects": ("Lines of decisions that can't be used, and why.", "Lignes de décisions inutilisables, et pourquoi."),
        },
    ),
    Step(
        review.press_reviewed,
        review.version(),
        "3_press",
        frozenset({"duckdb", "parquet"}),
        ("press_claims", "press_documents", "claim_decisions", "hub_toml"),
        {
            "press_reviewed": (
                "Claims of the press with their confidence: accepted, waiting for a person, or rejected.",
                "Affirmations de la presse avec leur confiance : acceptées, en attente d'une personne, ou rejetées.",
            )
        },
        preview=understood,
    ),
    Step(
        registry_read.registry_files,
        registry_read.FILES_VERSION,
        "2_registries",
        frozenset({"python", "parquet"}),
        ("registry", "hub_toml"),
        {"registry_files": ("Which registry files there are, by their bytes.", "Les registres présents, selon leurs octets.")},
    ),
    Step(
        registry_read.registry_rows,
        registry_read.VERSION,
        "2_registries",
        frozenset({"duckdb", "parquet"}),
        ("registry_files",),
        {
            "registry_rows": ("Rows of the registries, normalised.", "Lignes des registres, normalisées."),
            "registry_columns": ("Columns of the registries, and what each was taken for.", "Colonnes des registres, et leur sens retenu."),
            "registry_documents": ("The registries as documents.", "Les registres, comme documents."),
            "registry_kept_back": (
                "Rows that may not be published, says their registry: they only tell what is to leave.",
                "Lignes dont le registre refuse la publication : elles disent seulement ce qui doit sortir.",
            ),
            "registry_rejects": ("Rows and cells that could not be used, and why.", "Lignes et cellules inutilisables, et pourquoi."),
        },
    ),
    Step(
        register_files.register_files,
        register_files.VERSION,
        "2_registries",
        frozenset({"python", "parquet"}),
        ("hub_toml", "register"),
        {
            "register_files": (
                "The files of the national register's stock, by their bytes; none where hub.toml names none.",
                "Les fichiers du stock du répertoire national, selon leurs octets ; aucun si hub.toml n'en nomme pas.",
            ),
            "register_file_rejects": ("What could not be had of the stock, and why.", "Ce qui n'a pu être obtenu du stock, et pourquoi."),
        },
        AGAIN,
    ),
    Step(
        register_index.register_index,
        register_index.VERSION,
        "2_registries",
        frozenset({"duckdb", "parquet"}),
        ("register_files",),
        {
            "register_units": ("The stock reduced: one row a legal unit.", "Le stock réduit : une ligne par unité légale."),
            "register_names": (
                "The stock reduced: one row a name that an establishment goes by.",
                "Le stock réduit : une ligne par nom que porte un établissement.",
            ),
            "register_drift": ("What is new in the stock, and what could not be used of it.", "Ce qui change dans le stock, et ce qui n'a pu en servir."),
        },
    ),
    Step(
        register_lookup.register_lookup,
        register_lookup.VERSION,
        "2_registries",
        frozenset({"duckdb", "parquet"}),
        ("register_names",),
        {
            "register_lookup_names": ("Names of the register, to look names up in.", "Les noms du répertoire, où chercher des noms."),
            "register_lookup_postings": ("In which of them each word stands.", "Dans lesquels figure chaque mot."),
            "register_lookup_words": ("In how many names each word stands.", "Dans combien de noms figure chaque mot."),
            "register_lookup_variants": ("Words as a slip of the pen leaves them.", "Les mots tels que les laisse une faute de frappe."),
        },
    ),
    Step(
        register_links.register_links,
        register_links.VERSION,
        "4_entities",
        frozenset({"duckdb", "parquet"}),
        ("press_reviewed", "registry_rows", "registry_kept_back", "hub_claims", "register_units", *register_lookup.INDEX.values(), "decisions", "hub_toml", "register"),
        {
            "register_links": (
                "Names without a number that the national register surely knows, or of which a person said so.",
                "Les noms sans numéro que le répertoire national connaît sûrement, ou dont une personne l'a dit.",
            ),
            "register_doubts": (
                "Names that it may know and that wait for a decision: `km0 review entities`.",
                "Les noms qu'il connaît peut-être, en attente d'une décision : `km0 review entities`.",
            ),
            "register_found": ("What was found of each name, so as to look up new ones only.", "Ce qui a été trouvé de chaque nom, pour ne chercher que les nouveaux."),
            "register_link_rejects": ("Names that the search service could not be asked for.", "Les noms que le service de recherche n'a pu être interrogé sur."),
        },
        AGAIN,
    ),
    Step(
        register_statements.register_claims,
        register_statements.VERSION,
        "4_entities",
        frozenset({"duckdb", "parquet"}),
        ("registry_rows", "registry_documents", "register_files", "register_units", "register_names", "register_links", "hub_toml", "register"),
        {
            "register_claims": (
                "What the national register says of the numbers that registries give, and of the names it knows.",
                "Ce que le répertoire national dit des numéros que donnent les registres, et des noms qu'il connaît.",
            ),
            "register_rows": ("The legal units that it knows by these numbers.", "Les unités légales qu'il connaît sous ces numéros."),
            "register_documents": ("The edition of the stock, or the answers, as documents.", "L'édition du stock, ou les réponses, comme documents."),
            "register_rejects": ("Numbers that it does not know, or could not be asked for.", "Numéros qu'il ne connaît pas, ou qu'on n'a pu demander."),
        },
        AGAIN,
    ),
    Step(
        addresses.address_claims,
        addresses.VERSION,
        "4_entities",
        frozenset({"python", "parquet"}),
        ("registry_rows", "register_rows", "hub_claims", "hub_toml", "geocoder"),
        {
            "address_claims": (
                "Where addresses lie, as the public geocoder says; nothing where hub.toml names none.",
                "Où se trouvent les adresses, d'après le géocodeur public ; rien si hub.toml n'en nomme pas.",
            ),
            "address_documents": ("The national base of addresses, as a document.", "La Base adresse nationale, comme document."),
            "address_rejects": ("What could not be asked of the geocoder, and why.", "Ce qui n'a pu être demandé au géocodeur, et pourquoi."),
        },
        AGAIN,
    ),
    Step(
        registry_statements.registry_claims,
        registry_statements.VERSION,
        "4_entities",
        frozenset({"duckdb", "parquet"}),
        ("registry_rows", "registry_columns", "registry_documents", "entity_mentions"),
        {"registry_claims": ("What the registries say, cell by cell.", "Ce que disent les registres, cellule par cellule.")},
    ),
    Step(
        resolve.hub_claims,
        resolve.VERSION,
        "1_sources",
        frozenset({"python", "parquet"}),
        ("hub_toml",),
        {"hub_claims": ("What hub.toml says of the hub itself.", "Ce que hub.toml dit du hub lui-même.")},
    ),
    Step(
        resolve.entity_mentions,
        resolve.VERSION,
        "4_entities",
        frozenset({"duckdb", "parquet"}),
        ("press_reviewed", "registry_rows", "registry_kept_back", "register_rows", "register_links", "register_doubts", "hub_claims", "decisions"),
        {
            "entity_mentions": ("Which mentions are the same one.", "Quelles mentions désignent le même."),
            "entity_redirects": ("Published ids that were joined or parted.", "Identifiants publiés réunis ou séparés."),
            "entity_withheld": (
                "Natural persons that the national register withholds, and who is only in rows that may not be published: nothing is published of them.",
                "Personnes physiques que le répertoire national ne diffuse pas, et qui n'est que dans des lignes dont la publication est refusée : rien n'en est publié.",
            ),
            "entity_doubts": (
                "Pairs of organisations, or of one and a unit of the national register, that may be one and wait for a decision: `km0 review entities`.",
                "Paires d'organisations, ou d'une organisation et d'une unité du répertoire national, qui n'en sont peut-être qu'une, en attente d'une décision : `km0 review entities`.",
            ),
            "entity_rejects": (
                "Lines of decisions on organisations that can't be used, and why.",
                "Lignes de décisions sur des organisations, inutilisables, et pourquoi.",
            ),
        },
    ),
)


def steps(hub: Hub) -> list[dg.AssetsDefinition]:
    """The assets of every step, in the order of the flow, each after the sources that hub.toml names."""
    return [_assets(step, hub) for step in STEPS]


def _assets(step: Step, hub: Hub) -> dg.AssetsDefinition:
    deps = [key for dep in step.deps for key in sources_of(hub, dep)]

    @dg.multi_asset(
        name=next(iter(step.outputs)),
        specs=[
            dg.AssetSpec(
                output,
                deps=deps,
                description=both(*texts),
                code_version=step.version,
                group_name=step.group,
                kinds=set(step.kinds),
                owners=OWNERS,
            )
            for output, texts in step.outputs.items()
        ],
        retry_policy=step.retry,
    )
    def asset(project: ProjectResource) -> Iterator[Any]:
        here = project.project()
        with plainly():
            step.function(here)
        shown = {"understood": step.preview(here)} if step.preview else {}
        for found in (made(here, output) for output in step.outputs):
            columns = file_columns(found)
            filled = headings(here) if found.name in ("registry_rows", "registry_kept_back") else None
            lineage = step_lineage(here.hub, found.name, [c.name for c in columns.columns], filled)
            yield dg.MaterializeResult(
                asset_key=found.name,
                metadata=made_metadata(here, found) | {"dagster/column_schema": columns, "dagster/column_lineage": lineage} | shown,
                data_version=dg.DataVersion(found.digest),
            )

    return asset
