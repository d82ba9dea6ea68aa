"""`[portals.*]` of hub.toml: where a snapshot is pushed to. What is not named there is off.

Belongs here: the settings alone (part of `hub`); the pushing is `portals`. No key is ever written in
hub.toml: a setting names the environment variable that holds it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from km0_pipeline.service_settings import Patience, Service, Settings, Variable


class _Portal(Patience):
    """A portal that shows a dataset with its resources."""

    url: str = Field(pattern=r"^https?://\S+$", description="Address of the portal; https, unless it runs on this machine.")
    dataset: str = Field("", description="Id of the dataset to update; empty: the one that a push made before is found, or one is made.")
    licence: str = Field("", description="Id of the licence on the portal; empty: found by the address of the publisher's licence.")
    files: Literal["upload", "link"] = Field(
        "upload", description="Whether the portal keeps the files, or links to them where base_url of the publisher has them."
    )
    private: bool = Field(False, description="Whether only members of the organisation see the dataset.")


class DataGouv(_Portal):
    """data.gouv.fr, or another portal made with udata."""

    organisation: str = Field("", description="Id of the organisation that publishes; empty: the owner of the key.")
    key: Variable = Field("DATAGOUV_API_KEY", description="Environment variable that holds the key.")


class Ckan(_Portal):
    """A portal made with CKAN, 2.10 or later."""

    organisation: str = Field(min_length=1, description="Name or id of the organisation that publishes.")
    key: Variable = Field("CKAN_API_TOKEN", description="Environment variable that holds the API token.")


class S3(Service):
    """A bucket that serves the snapshots as data/published does."""

    bucket: str = Field(min_length=1, description="Name of the bucket.")
    prefix: str = Field("", description="Folder in the bucket; empty: its top.")


class Portals(Settings):
    """Where snapshots are pushed to."""

    datagouv: DataGouv | None = None
    ckan: Ckan | None = None
    s3: S3 | None = None
