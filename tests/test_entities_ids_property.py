"""Whatever happens to a world, ids once published lead somewhere, and neither order nor names of files decide any."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from entities_world import World
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from km0_pipeline.decisions import append
from km0_pipeline.entities.decided import ENTITY
from km0_pipeline.steps import Project
from tests.conftest import hub_toml

NAMES = ("Fictif", "Rhéna Machin", "Rhénamachin", "La Fabrique")
SIRENS = (None, None, "111111118", "222222226")

tenants = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(SIRENS)), max_size=5)
"""Who is in one edition of the registry: any of them may be gone in the next, and back in the one after."""
decisions = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from(("same", "different", "withdraw")), st.sampled_from(NAMES[:2]), st.sampled_from(NAMES[2:])
    ),
)
editions = st.lists(st.tuples(tenants, decisions), min_size=2, max_size=4)


def world_in(folder: Path) -> World:
    folder.mkdir()
    hub_toml(folder)
    return World(Project.at(folder))


def play(
    world: World, history: list[tuple[list[tuple[str, str | None]], tuple[str, str, str] | None]], backwards: bool
) -> list[dict[tuple[str, str | None], str]]:
    """Publish edition after edition; returns who had which id in each, having checked what holds in all."""
    place, seen, published = world.project.hub.hub.commune, [], set()
    for n, (present, decision) in enumerate(history):
        if decision:
            kind, one, other = decision
            about = {
                "one": one,
                "one_place": place,
                "one_siren": "",
                "other": other,
                "other_place": place,
                "other_siren": "",
                "model": "t",
            }
            append(
                world.project.raw,
                ENTITY,
                kind,
                about,
                by="camille",
                when=datetime(2026, 3, 1, tzinfo=UTC),
                why="",
                score=0.5,
            )
        world.rows.clear()
        mentions = {}
        for at, (name, siren) in enumerate(reversed(present) if backwards else present):
            mentions[world.row(at + 2, name, edition=f"{'b' if backwards else 'a'} {n}", siren=siren)] = (name, siren)
        entities = world.resolve()
        alive = set(entities.values())
        leads = {}
        for old, new, reason in world.redirects():
            if reason == "merge":
                assert old not in leads, "an id redirects to one id"
                leads[old] = new
        assert not alive & set(leads), "an id that redirects is no entity"
        assert all(new not in leads for new in leads.values()), "a redirect leads there at once"
        for old in published & {o for o, _, _ in world.redirects()}:
            assert old in leads or any(o == old for o, _, r in world.redirects() if r == "split")
        seen.append({who: entities[m] for m, who in mentions.items()})
        world.publish()
        published |= alive
    return seen


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(history=editions)
def test_any_history_gives_the_same_ids_in_any_order_and_none_is_lost(
    history: list[tuple[list[tuple[str, str | None]], tuple[str, str, str] | None]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        forwards = play(world_in(Path(name) / "a"), history, backwards=False)
        assert play(world_in(Path(name) / "b"), history, backwards=True) == forwards


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(first=tenants, meanwhile=tenants)
def test_who_leaves_and_returns_has_the_id_of_old(
    first: list[tuple[str, str | None]], meanwhile: list[tuple[str, str | None]]
) -> None:
    """As long as nothing else was learnt in between: nobody of those who left was named."""
    gone = [
        t
        for t in meanwhile
        if t[0] not in {name for name, _ in first} and t[1] not in {siren for _, siren in first if siren}
    ]
    with tempfile.TemporaryDirectory() as name:
        seen = play(world_in(Path(name) / "a"), [(first, None), (gone, None), (first, None)], backwards=False)
    assert seen[2] == seen[0]
