"""What the sections of hub.toml share that name a service with a key; `[storage]`: where the data lie; `[alerts]`: who is told of a failure.

Belongs here: these settings (part of `hub`), and the one way to a key: the environment variable that a setting names. No key is ever
written in hub.toml.
"""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

HERE = ("127.0.0.1", "localhost", "::1")
"""Hosts to which data may go unencrypted."""

Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Mailbox = Annotated[str, StringConstraints(pattern=r"^([^@\s<>,;]+@[^@\s<>,;]+)?$")]
Address = Annotated[str, StringConstraints(pattern=r"^(s3://[a-z0-9][a-z0-9.-]+(/[^/\s]+)*/?)?$")]


class SecretError(ValueError):
    """A key can't be had from the environment; the message says which variable to set."""


def secret(variable: str, what: str) -> str:
    """The value of an environment variable; raises SecretError where there is none, or one that no header can hold."""
    found = os.environ.get(variable, "").strip()
    if not found:
        raise SecretError(f"The {what} is not in the environment: set {variable}. It is written nowhere else, neither in hub.toml nor in a log.")
    if not (found.isascii() and found.isprintable()):
        raise SecretError(f"{variable} holds characters that no key has; set it again.")
    return found


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Patience(Settings):
    """How a portal is asked."""

    attempts: int = Field(3, ge=1, description="How often what may pass is asked for: no answer, HTTP 429 or 5xx.")
    max_seconds: float = Field(60, gt=0, description="Longest time without a byte from the portal, and longest wait that it may ask for.")
    pause_seconds: float = Field(1, ge=0, description="Wait before the second attempt; doubled for each one after.")


class Service(Patience):
    """A service of the kind of Amazon's S3."""

    endpoint: str = Field("", pattern=r"^(https?://\S+)?$", description="Address of the service; empty: Amazon's, by region.")
    region: str = Field("us-east-1", min_length=1, description="Region of the bucket.")
    key_id: Variable = Field("AWS_ACCESS_KEY_ID", description="Environment variable that holds the id of the key.")
    key: Variable = Field("AWS_SECRET_ACCESS_KEY", description="Environment variable that holds the secret key.")


class Storage(Service):
    """The buckets, where data/warehouse or data/published is not just a folder."""

    warehouse: Address = Field("", description="Bucket and folder that keep what steps make, such as `s3://km0/warehouse`; empty: data/warehouse alone.")
    published: Address = Field("", description="Bucket and folder that keep what is published, such as `s3://km0/published`; empty: data/published alone.")
    max_seconds: float = Field(600, gt=0, le=900, description="Longest time that one file may take to be sent or fetched.")

    @field_validator("published")
    @classmethod
    def _apart(cls, published: str, info: ValidationInfo) -> str:
        """What is published, anyone may read; the warehouse holds what never leaves."""
        a, b = (address.rstrip("/") + "/" for address in (published, info.data.get("warehouse", "")))
        if published and b != "/" and (a.startswith(b) or b.startswith(a)):
            raise ValueError("a place apart from that of warehouse, which holds what may not be published")
        return published


class Alerts(Settings):
    """Who is told when a refresh fails, by mail or by a webhook."""

    mail_to: tuple[Mailbox, ...] = Field((), description="Mailboxes that are told; empty: no mail.")
    mail_from: Mailbox = Field("", description="Mailbox that the mail comes from; empty: the publisher's contact.")
    smtp: str = Field("localhost:25", pattern=r"^[A-Za-z0-9.-]+:\d{1,5}$", description="Mail server and its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to the mail server is kept secret: starttls (587, 25), tls (465), or none, which only a server on this machine may be."
    )
    smtp_user: Variable = Field("KM0_SMTP_USER", description="Environment variable that holds the user of the mail server; where it is not set, none is named.")
    smtp_password: Variable = Field("KM0_SMTP_PASSWORD", description="Environment variable that holds the password.")
    webhook: str = Field(
        "", pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$", description="Environment variable that holds the address of a webhook (Mattermost, Slack, Rocket.Chat), whose address is its key; empty: none."
    )
    max_seconds: float = Field(20, gt=0, description="Longest time that the mail server, and the webhook, may take.")

    @field_validator("security")
    @classmethod
    def _in_the_open(cls, security: str, info: ValidationInfo) -> str:
        if security == "none" and info.data.get("smtp", "").rpartition(":")[0] not in HERE:
            raise ValueError("starttls or tls: a mail server on another machine is not spoken to in the open")
        return security
