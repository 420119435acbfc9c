"""The service of a configuration: found, checked against the state, and opened."""

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

from planner.core.desired import DesiredState
from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import replace
from planner.core.tracking import ServiceIdentity, State
from planner.remote.client import Client, open_client
from planner.remote.credentials import Credentials, Password
from planner.remote.endpoint import SIMULATOR, Endpoint, Spares, resolve_endpoint
from planner.remote.hosts import is_loopback
from planner.remote.identity_url import find_identity_url, resolve_identity_url
from planner.remote.login import find_credentials, find_login
from planner.state.files import TOOL_DIRECTORY
from planner.workflow.errors import ServiceError
from planner.workflow.workplace import Workplace


def find_endpoint(workplace: Workplace, desired: DesiredState) -> Endpoint:
    """Return the endpoint that files and environment agree on; a profile fills what both leave open.

    Raises ServiceError with everything that is wrong, and CredentialsError for a profile that cannot be read.
    """
    spares = _find_spares(workplace, desired)
    endpoint = resolve_endpoint(desired.provider, workplace.environment, spares=spares)
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
        credentials=find_service_credentials(workplace, endpoint),
        settings=settings,
        state_directory=workplace.directory / TOOL_DIRECTORY,
        log=workplace.log,
    ) as client:
        yield client


def find_service_credentials(workplace: Workplace, endpoint: Endpoint) -> Credentials | None:
    """Return the credentials; the simulator needs none, and a service on this machine may do without.

    Raises CredentialsError for those that are there and cannot be used, whoever they are for.
    """
    if endpoint.kind == "simulator":
        return None
    login = find_login(workplace.environment)
    host = urllib.parse.urlsplit(endpoint.base_url).hostname or ""
    if login is None and is_loopback(host):
        return None
    credentials = find_credentials(workplace.environment) if login is None else login.credentials
    if not isinstance(credentials, Password):
        return credentials
    url = credentials.auth_url or find_identity_url(endpoint, environment=workplace.environment)
    return replace(credentials, auth_url=resolve_identity_url(url, environment=workplace.environment))


def _find_spares(workplace: Workplace, desired: DesiredState) -> Spares:
    """Return what a profile says of region and project; nothing for the simulator, which is in no cloud."""
    if desired.provider.endpoint == SIMULATOR:
        return Spares()
    login = find_login(workplace.environment)
    return Spares() if login is None else Spares(region=login.region, project_id=login.project_id)


def _name(service: ServiceIdentity) -> str:
    region = f" in region {service.region}" if service.region else ""
    return f"project {service.project_id}{region} ({service.endpoint})"
