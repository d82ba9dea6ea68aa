"""A snapshot -> the portals where people look for data: data.gouv.fr, CKAN, an S3 bucket.

The tour:

    offer      what is offered: a published snapshot as one dataset with a resource a file
    outcome    what a push did, or would do, and the sentence of one that could not: the same for every portal
    http       asking a portal over HTTP: its key, its patience, its errors
    datagouv   data.gouv.fr and every other udata
    ckan       CKAN
    s3         a bucket

A push compares what the portal has with what the snapshot has, sends what differs, reads back what
the portal stored and compares again. The portal itself is the memory: what we put there is marked
(`km0:path`), so ids stay from version to version and a push that was cut off is taken up by the next one,
from any machine. Nothing here changes a snapshot. Keys come from the environment and go nowhere but to their portal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from km0_pipeline.portals.outcome import Outcome, PortalError
from km0_pipeline.service_settings import SecretError
from km0_pipeline.storage import StorageError

if TYPE_CHECKING:
    from km0_pipeline.steps import Project

PORTALS = ("datagouv", "ckan", "s3")


def push(project: Project, portal: str, version: str = "", dry_run: bool = False, replace: bool = False, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Let `portal` (of `PORTALS`) show the snapshot `version` (empty: the last), or only say what that would change.

    `replace`: of S3 only, overwrite a version of which the bucket holds other bytes. `say` is given a line for each thing done.
    Raises PortalError: hub.toml does not name the portal, its key is not in the environment, there is no such snapshot or
    it is not whole, or the portal refuses or does not hold what was sent.
    """
    from km0_pipeline.portals.offer import offer

    settings = getattr(project.hub.portals, portal)
    if settings is None:
        raise PortalError(f"hub.toml names no portal of this kind: say where it is in [portals.{portal}] (docs/portals.md).")
    try:
        if bucket := project.published_bucket:
            bucket.fetch(every_version=True)
        if portal == "s3":
            from km0_pipeline.portals import s3

            return s3.push(project, settings, version, dry_run, replace, say)
        if portal == "datagouv":
            from km0_pipeline.portals import datagouv

            return datagouv.push(project.hub, settings, offer(project, version), dry_run, say)
        from km0_pipeline.portals import ckan

        return ckan.push(project.hub, settings, offer(project, version), dry_run, say)
    except SecretError as e:
        raise PortalError(str(e)) from None
    except StorageError as e:
        raise PortalError(str(e), e.passing) from None
