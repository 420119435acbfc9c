"""What ``doctor`` asks the service: whether it answers, to whom, when, and what may be read."""

import datetime as dt
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from planner.core.checkup import Check, judge_clock, make_doubt, make_ok, make_problem, make_skipped
from planner.core.desired import DesiredState
from planner.core.diagnostics import PoolctlError
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.snapshot import LiveResource, Unread
from planner.core.tracking import State
from planner.remote.client import Client, open_client
from planner.remote.credentials import Credentials, KeyPair, Password, Token
from planner.remote.endpoint import Endpoint
from planner.remote.errors import BadAnswer, CredentialsError, Forbidden, Refused, RemoteError, Unauthorized
from planner.remote.hosts import is_loopback
from planner.remote.listings import fetch_listing
from planner.remote.login import find_credentials
from planner.remote.reading import fetch_evidence
from planner.remote.scratch_flavors import fetch_scratch_flavors
from planner.state.files import TOOL_DIRECTORY
from planner.workflow.doctor_disk import format_told
from planner.workflow.errors import ServiceError
from planner.workflow.service import check_identity, find_endpoint, find_service_credentials
from planner.workflow.workplace import Workplace

T = TypeVar("T")
ANSWERED: Final = ("endpoint", "clock", "project", "permissions")
_ONE_REPEAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What was found at the service; ``pools`` is None where they could not be listed."""

    checks: tuple[Check, ...]
    endpoint: Endpoint | None = None
    pools: tuple[LiveResource, ...] | None = None


def examine_service(workplace: Workplace, desired: DesiredState, *, state: State | None) -> Remote:
    """Check credentials and service; only reads are sent, each at most twice."""
    settings = desired.provider
    try:
        endpoint = find_endpoint(workplace, desired)
    except PoolctlError as error:
        told = () if isinstance(error, CredentialsError) else error.diagnostics
        problems = (make_problem("endpoint", f"{one.summary}.", advice=one.detail) for one in told)
        skipped = (make_skipped(name, "It is not known which service to ask.") for name in ANSWERED[1:])
        return Remote(checks=(_check_environment(workplace), *problems, *skipped))
    credentials, found = _check_credentials(workplace, endpoint)
    try:
        with open_client(
            endpoint,
            credentials=found,
            settings=replace(settings, max_retries=min(settings.max_retries, _ONE_REPEAT)),
            state_directory=workplace.directory / TOOL_DIRECTORY,
            log=workplace.log,
        ) as client:
            return _examine(workplace, client, credentials=credentials, state=state)
    except RemoteError as error:
        skipped = (make_skipped(name, "The service was not reached.") for name in ANSWERED[1:])
        return Remote(checks=(credentials, _report("endpoint", error), *skipped), endpoint=endpoint)


def skip_service(workplace: Workplace) -> tuple[Check, ...]:
    """Return the checks of the service where the files are wrong: only the environment can be looked at."""
    skipped = (make_skipped(name, "The files have errors.") for name in ANSWERED)
    return (_check_environment(workplace), *skipped)


def _examine(workplace: Workplace, client: Client, *, credentials: Check, state: State | None) -> Remote:
    pools = _try(lambda: fetch_listing(client, "pool", workspaces=("",)))
    now = workplace.clock()
    if isinstance(pools, RemoteError) and not isinstance(pools, Refused):
        skipped = (make_skipped(name, "The service was not reached.") for name in ANSWERED[1:])
        return Remote(checks=(credentials, _report_unanswered(pools), *skipped), endpoint=client.endpoint)
    if isinstance(pools, Unauthorized):
        credentials = _report("credentials", pools)
    checks = (
        credentials,
        make_ok("endpoint", _describe(client.endpoint)),
        _check_clock(client, now=now),
        _check_project(client.endpoint, pools, state=state),
        _check_permissions(client, pools),
    )
    found = None if isinstance(pools, RemoteError) else pools
    return Remote(checks=checks, endpoint=client.endpoint, pools=found)


def _check_environment(workplace: Workplace) -> Check:
    """Check the credentials where it is not known for whom they are."""
    found = _try(lambda: find_credentials(workplace.environment))
    return _report("credentials", found) if isinstance(found, RemoteError) else make_ok("credentials", "They are set.")


def _check_credentials(workplace: Workplace, endpoint: Endpoint) -> tuple[Check, Credentials | None]:
    found = _try(lambda: find_service_credentials(workplace, endpoint))
    if isinstance(found, RemoteError):
        return _report("credentials", found), None
    if found is None:
        return make_ok("credentials", "None are set, and a service on this machine needs none."), None
    return make_ok("credentials", f"{_name_kind(found)} from {found.origin} (never shown)."), found


def _name_kind(credentials: Credentials) -> str:
    match credentials:
        case Token():
            return "A token"
        case KeyPair():
            return "An access key that signs requests"
        case Password():
            return "A user and a password"


def _check_clock(client: Client, *, now: dt.datetime) -> Check:
    if client.endpoint.kind == "simulator":
        return make_ok("clock", "The embedded simulator has a time of its own.")
    host = urllib.parse.urlsplit(client.endpoint.base_url).hostname or ""
    return judge_clock(client.service_date, now=now, is_loopback=is_loopback(host))


def _report_unanswered(error: RemoteError) -> Check:
    if isinstance(error, BadAnswer):
        first = error.diagnostics[0]
        return make_problem("endpoint", f"{first.summary}.", advice=f"{first.detail} Correct endpoint or region.")
    return _report("endpoint", error)


def _describe(endpoint: Endpoint) -> str:
    if endpoint.kind == "simulator":
        return f"The embedded simulator answers; its world is {TOOL_DIRECTORY}/simulator.json."
    how = "https, certificate verified" if endpoint.base_url.startswith("https:") else "plain http on this machine"
    region = f", region {endpoint.region}" if endpoint.region else ""
    return f"{endpoint.base_url} answers ({how}{region})."


def _check_project(endpoint: Endpoint, pools: tuple[LiveResource, ...] | RemoteError, *, state: State | None) -> Check:
    try:
        check_identity(endpoint, state)
    except ServiceError as error:
        return _report("project", error)
    if isinstance(pools, RemoteError):
        is_about_rights = isinstance(pools, Unauthorized | Forbidden)
        return make_skipped("project", "It did not answer.") if is_about_rights else _report("project", pools)
    count = "1 pool" if len(pools) == 1 else f"{len(pools)} pools"
    whose = ", and the state belongs to it" if state is not None and state.service is not None else ""
    return make_ok("project", f"{endpoint.project_id} answers: {count} in the default workspace{whose}.")


def _check_permissions(client: Client, pools: tuple[LiveResource, ...] | RemoteError) -> Check:
    if isinstance(pools, Unauthorized):
        return make_skipped("permissions", "The credentials are not accepted.")
    refused = dict(_find_refused(client, pools))
    if not refused:
        return make_ok("permissions", "Pools, networks, flavors, nodes and jobs can be read, as far as there are any.")
    found = f"Not readable: {', '.join(refused)}."
    advice = next(iter(refused.values()))
    if refused.keys() & {"pools", "networks"}:
        return make_problem("permissions", found, advice=advice)
    return make_doubt("permissions", found, advice=f"{advice} Plans assume the worst of what cannot be read.")


def _find_refused(client: Client, pools: tuple[LiveResource, ...] | RemoteError) -> Iterator[tuple[str, str]]:
    """Yield what cannot be read, and why; nodes and jobs are tried on the first pool."""
    if isinstance(pools, RemoteError):
        yield "pools", _explain(pools)
    for name, read in {
        "networks": lambda: fetch_listing(client, "network", workspaces=("",)),
        "flavors": lambda: fetch_scratch_flavors(client),
    }.items():
        found = _try(read)
        if isinstance(found, RemoteError):
            yield name, _explain(found)
    evidence = fetch_evidence(client, pools[0].id) if isinstance(pools, tuple) and pools else None
    if isinstance(evidence, Unread):
        yield "nodes and jobs", evidence.why


def _try(read: Callable[[], T]) -> T | RemoteError:
    try:
        return read()
    except RemoteError as error:
        return error


def _explain(error: PoolctlError) -> str:
    return " ".join(format_told(one) for one in error.diagnostics)


def _report(name: str, error: PoolctlError) -> Check:
    first = error.diagnostics[0]
    return make_problem(name, f"{first.summary}.", advice=" ".join(first.detail.split()))
