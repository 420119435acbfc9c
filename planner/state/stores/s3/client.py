"""The client of an S3-compatible store: whose credentials, which address, how long a call may take."""

import os
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from planner.core.desired import S3Backend
from planner.core.diagnostics import make_error
from planner.state.errors import StoreError
from planner.state.stores.extras import load_extra

EXTRA: Final = "s3"
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 15
_SHORTEST_SECRET: Final = 8
_REGION_OF_OTHERS: Final = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Client:
    """A client of botocore's for ``where``; ``url`` is what it calls. Its ``repr`` has no credential."""

    where: S3Backend
    calls: Any = field(repr=False)
    errors: Any = field(repr=False)
    url: str
    session: Any = field(repr=False)

    @property
    def host(self) -> str:
        """Return the host that is given the state, and requests signed with the credentials."""
        return urlsplit(self.url).hostname or ""

    def mask(self, text: str) -> str:
        """Return ``text`` without a credential of this client's: a store may answer with what it was sent."""
        found = self.session.get_credentials()
        frozen = found.get_frozen_credentials() if found else None
        secrets = (frozen.secret_key, frozen.token, frozen.access_key) if frozen else ()
        for one in secrets:
            if one and len(one) >= _SHORTEST_SECRET:
                text = text.replace(one, "***")
        return text


def open_s3_client(where: S3Backend) -> S3Client:
    """Return a client for ``where``; nothing is sent yet.

    Credentials come from where the clients of S3 look: AWS_* variables, the profile, a role of the machine. An
    ``endpoint`` of the files goes before one of the environment. Raises StoreError without the library, and for a
    profile or a region that is missing.
    """
    session_module, config_module, errors = (
        load_extra(one, extra=EXTRA) for one in ("boto3.session", "botocore.config", "botocore.exceptions")
    )
    endpoint = where.endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    config = config_module.Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        # Repeating is ours: whoever repeats a conditional write has to know whether the first one arrived.
        retries={"total_max_attempts": 1},
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint else "auto"},
        # Stores of others do not know the checksums that AWS has added.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        session = session_module.Session(region_name=where.region or os.environ.get("AWS_REGION") or None)
        region = session.region_name or (_REGION_OF_OTHERS if endpoint else None)
        calls = session.client("s3", region_name=region, endpoint_url=endpoint, config=config)
    except (errors.BotoCoreError, ValueError) as error:
        raise _make_setup_error(str(error)) from error
    return S3Client(where=where, calls=calls, errors=errors, url=calls.meta.endpoint_url, session=session)


def _make_setup_error(words: str) -> StoreError:
    shown = "".join(one if one.isprintable() else " " for one in words)
    detail = (
        f"The client of S3 says: {shown}. Nothing was sent. It takes the region from [backend.s3], AWS_REGION or the "
        "profile, and credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the "
        "machine."
    )
    return StoreError(make_error("state.s3", "The store of the state cannot be used", detail=detail))
