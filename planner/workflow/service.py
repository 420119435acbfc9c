"""The service of a configuration: found, checked against the state, and opened."""

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from planner.core.desired import DesiredState
from planner.core.diagnostics import make_error
from planner.core.tracking import ServiceIdentity, State
from planner.remote.client import Client, open_client
from planner.remote.credentials import Credentials, find_credentials
from planner.remote.endpoint import Endpoint, resolve_endpoint
from planner.remote.errors import CredentialsError
from planner.remote.hosts import is_loopback
from planner.state.files import TOOL_DIRECTORY
from planner.workflow.errors import ServiceError
from planner.workflow.workplace import Workplace


def find_endpoint(workplace: Workplace, desired: DesiredState) -> Endpoint:
    """Return the endpoint that files and environment agree on. Raises ServiceError with everything that is wrong."""
    endpoint = resolve_endpoint(desired.provider, workplace.environment)
    if isinstance(endpoint, tuple):
        raise ServiceError(*endpoint)
    return endpoint


def check_identity(endpoint: Endpoint, state: State | None) -> None:
    """Raise ServiceError where the state belongs to another service (semantics 1.4)."""
    if state is None or state.service is None or state.service == endpoint.identity:
        return
    raise ServiceError(
        make_error(
            "state.other-service",
            "The state belongs to another service",
            detail=f"The state tracks resources of {_name(state.service)}, and the files and the environment name "
            f"{_name(endpoint.identity)}. Planned on the wrong service, everything would look gone. Correct endpoint, "
            "region or project_id, or use another state.",
        )
    )


@contextmanager
def open_service(
    workplace: Workplace, desired: DesiredState, endpoint: Endpoint, *, parallelism: int | None
) -> Iterator[Client]:
    """Open a client for ``endpoint``; ``parallelism`` takes the place of the files' setting. Raises RemoteError."""
    settings = desired.provider if parallelism is None else replace(desired.provider, parallelism=parallelism)
    with open_client(
        endpoint,
        credentials=_find_credentials(workplace, endpoint),
        settings=settings,
        state_directory=workplace.directory / TOOL_DIRECTORY,
    ) as client:
        yield client


def _find_credentials(workplace: Workplace, endpoint: Endpoint) -> Credentials | None:
    """Return the credentials; the simulator needs none, and a service on this machine may do without."""
    if endpoint.kind == "simulator":
        return None
    try:
        return find_credentials(workplace.environment)
    except CredentialsError:
        if is_loopback(urllib.parse.urlsplit(endpoint.base_url).hostname or ""):
            return None
        raise


def _name(service: ServiceIdentity) -> str:
    region = f" in region {service.region}" if service.region else ""
    return f"project {service.project_id}{region} ({service.endpoint})"
