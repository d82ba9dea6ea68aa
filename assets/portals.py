"""One asset a portal that hub.toml names, after the snapshot: what `km0 push` does. Where it names none, there is none."""

import dagster as dg

from assets.describe import both
from assets.resources import ProjectResource
from assets.sources import OWNERS
from assets.steps import AGAIN
from km0_pipeline.hub import Hub
from km0_pipeline.portals import PORTALS, push
from km0_pipeline.portals.outcome import PortalError

NAMES = {
    "datagouv": ("data.gouv.fr (udata)", "data.gouv.fr (udata)"),
    "ckan": ("the CKAN portal", "le portail CKAN"),
    "s3": ("the S3 bucket", "l'espace de stockage S3"),
}


def portals(hub: Hub) -> list[dg.AssetsDefinition]:
    """The assets of the portals that are configured."""
    named = [name for name in PORTALS if getattr(hub.portals, name) is not None]
    return [_asset(name, ["snapshot", *({"s3"} & {*named} - {name})]) for name in named]


def _asset(name: str, after: list[str]) -> dg.AssetsDefinition:
    """The asset of one portal; what is served from the bucket, others may link to, so it goes first."""
    en, fr = NAMES[name]

    @dg.asset(
        name=name,
        deps=after,
        description=both(f"The last snapshot as {en} shows it; only what differs is sent.", f"Le dernier instantané tel que le montre {fr} ; seul ce qui diffère est envoyé."),
        group_name="7_portals",
        kinds={name},
        owners=OWNERS,
        retry_policy=AGAIN,
    )
    def portal(context: dg.AssetExecutionContext, project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        failed = None
        try:
            outcome = push(project.project(), name, say=context.log.info)
        except PortalError as e:
            failed = dg.Failure(str(e), allow_retries=e.passing)
        if failed is not None:
            raise failed
        return dg.MaterializeResult(
            metadata={
                "version": outcome.version,
                "unchanged": not outcome.changed,
                "address": dg.MetadataValue.url(outcome.address) if outcome.address.startswith("http") else outcome.address,
                "added": len(outcome.added),
                "replaced": len(outcome.replaced),
                "removed": len(outcome.removed),
                "summary": dg.MetadataValue.text("\n".join(outcome.lines())),
            },
        )

    return portal
