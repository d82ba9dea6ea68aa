"""What a snapshot, its parts and its files are called where they are linked to.

With `publisher.base_url` everything has an address there: what stays from version to version is a fragment of
it (`https://data.example/#dataset`), a version and its files lie below it. Without it files are relative to the one that speaks of them, and the
rest has URNs made of the package's name and the commune: valid, the same in every version, and leading nowhere.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from km0_pipeline.hub import Hub


def identifier(hub: Hub, part: str) -> str:
    """Address of what stays: `dataset`, `catalogue`, `publisher`, `table/<name>`, `file/<path>`."""
    base = hub.publisher.base_url
    return f"{base}#{part}" if base else _urn(hub, part)


def version_identifier(hub: Hub, version: str) -> str:
    """Address of one version of the data."""
    base = hub.publisher.base_url
    return f"{base}{version}/" if base else _urn(hub, f"version/{version}")


def file_address(hub: Hub, version: str, path: str) -> str:
    """Address of a file of a version; of `latest`, of the same file of whichever version is the newest."""
    base = hub.publisher.base_url
    return f"{base}{version}/{path}" if base else path


def _urn(hub: Hub, part: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{hub.publisher.package}/{hub.hub.commune}/{part}')}"
