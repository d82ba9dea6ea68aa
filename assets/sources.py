"""The raw sources that hub.toml names, one asset each: nothing here makes them, all else is made of them.

Each has the key that the table `freshness` gives it (`press`, `press/<feed>`, `registries/<registry>`, `register`,
`geocoder`), and, where hub.toml says how often something new is expected of it, a freshness policy: Dagster counts from
the last event of the asset, and `arrivals` gives it one whenever a refresh found something new there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import dagster as dg
import pyarrow.parquet as pq

from assets.describe import both
from km0_pipeline.hub import Hub
from km0_pipeline.steps import Project
from km0_pipeline.tables.inputs import hub_sources

OWNERS = ["team:data-stewards"]

TEXTS = {
    "press": ("Press releases, as dropped into data/raw/{}.", "Communiqués de presse, déposés dans data/raw/{}."),
    "feed": ("Articles of the feed {}, kept as they came.", "Articles du flux {}, gardés tels quels."),
    "registry": ("The tenant registry “{}”, as dropped into data/raw.", "Le registre des locataires « {} », déposé dans data/raw."),
    "register": (
        "The national register of companies: its stock, or its search service.",
        "Le répertoire national des entreprises : son stock, ou son service de recherche.",
    ),
    "geocoder": ("The public geocoder.", "Le géocodeur public."),
}
"""What a source of each kind of the table `freshness` is; {}: its folder, address or title."""
ALWAYS = {
    "decisions": (
        "Decisions of stewards, as `km0 review` adds them to data/raw/decisions.",
        "Décisions des gestionnaires, ajoutées par `km0 review` dans data/raw/decisions.",
    ),
    "hub_toml": (
        "hub.toml: who the hub is, its sources, how their columns map.",
        "hub.toml : qui est le hub, ses sources, la correspondance de leurs colonnes.",
    ),
}
DAYS = {"D": 1, "W": 7, "M": 31, "Y": 366}
"""The most days that a part of an ISO 8601 duration has."""


def sources(hub: Hub) -> list[dg.AssetSpec]:
    """An asset for each source of hub.toml, for hub.toml itself and for what stewards decide."""
    about = {f"press/{f.name}": f.url for f in hub.feeds} | {"press": hub.press.path} | {f"registries/{r.name}": r.title for r in hub.registries}
    return [
        *(_spec(dg.AssetKey(name), texts) for name, texts in ALWAYS.items()),
        *(
            _spec(key_of(source), tuple(text.replace("{}", about.get(source, "")) for text in TEXTS[kind]), freshness_policy=_policy(every))
            for source, kind, _, _, every in hub_sources(hub)
        ),
    ]


def key_of(source: str) -> dg.AssetKey:
    """The key of a source, by its name in the table `freshness`."""
    return dg.AssetKey(source.split("/"))


def sources_of(hub: Hub, dependency: str) -> list[dg.AssetKey]:
    """The sources of a kind (`press`, `feed`, `registry`, `register`, `geocoder`); what is no kind is one asset, called so."""
    if dependency not in TEXTS:
        return [dg.AssetKey(dependency)]
    return [key_of(source) for source, kind, *_ in hub_sources(hub) if kind == dependency]


def arrivals(project: Project, day: date, instance: dg.DagsterInstance) -> None:
    """Note for each source of which something new came on `day`, as the table `freshness` has it, that it did; once for the same."""
    known = {key_of(source) for source, *_ in hub_sources(project.hub)}
    for row in pq.read_table(project.made("table_freshness")).to_pylist():
        key = key_of(row["source"])
        if key not in known or row["last_new_on"] != day:
            continue
        shown = {
            "documents": row["documents"], "records": row["records"], "last new on": str(day),
            "next expected by": str(row["due_on"] or "not said"),
        }  # fmt: skip
        event = instance.get_latest_materialization_event(key)
        last = event.asset_materialization if event else None
        if last is None or {name: value.value for name, value in last.metadata.items()} != shown:
            instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=shown))


def _spec(key: dg.AssetKey, texts: Iterable[str], freshness_policy: dg.FreshnessPolicy | None = None) -> dg.AssetSpec:
    return dg.AssetSpec(key, description=both(*texts), group_name="1_sources", kinds={"file"}, owners=OWNERS, freshness_policy=freshness_policy)


def _policy(every: str | None) -> dg.FreshnessPolicy | None:
    """Late once the longest time that an ISO 8601 duration of one part may mean is over."""
    found = re.fullmatch(r"P(\d+)([DWMY])", every or "")
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=int(found[1]) * DAYS[found[2]] + 1)) if found else None
