"""The endpoint: which service, in which region and project, resolved from files and environment."""

import re
import urllib.parse
from collections.abc import Mapping
from typing import Final, Literal

from planner.core.desired import ProviderSettings
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import ServiceIdentity
from planner.remote.hosts import (
    CLOUD_VARIABLE,
    TRUSTED_HOSTS_VARIABLE,
    build_region_url,
    find_host_region,
    is_loopback,
    is_trusted,
    name_override,
    parse_host,
)
from planner.remote.outside_text import format_outside_text

SIMULATOR: Final = "simulator"
SIMULATOR_URL: Final = "http://simulator.invalid"
REGION_VARIABLES: Final = ("HW_REGION_NAME", "OS_REGION_NAME")
PROJECT_VARIABLES: Final = ("HW_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID", "OS_PROJECT_ID")

_REGION: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_HEADER: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
_URL_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A service that may be called.

    ``kind`` is ``simulator`` for the embedded one and ``https`` for everything over a network.
    ``base_url`` has no final slash. ``region`` is empty where only a URL names the service.
    """

    kind: Literal["simulator", "https"]
    base_url: str
    region: str
    project_id: str

    @property
    def identity(self) -> ServiceIdentity:
        """Return what a state records of the service (semantics 1.4)."""
        return ServiceIdentity(endpoint=self.kind, region=self.region, project_id=self.project_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spares:
    """What a profile says of region and project: it fills gaps, and never contradicts."""

    region: str = ""
    project_id: str = ""


NO_SPARES: Final = Spares()


def resolve_endpoint(
    settings: ProviderSettings, environment: Mapping[str, str], *, spares: Spares = NO_SPARES
) -> Endpoint | tuple[Diagnostic, ...]:
    """Return the endpoint that files and environment agree on, or everything that is wrong with them.

    Files and environment (``HW_REGION_NAME``, ``HW_PROJECT_ID`` and their ``OS_*`` twins) fill each
    other's gaps; two different values are an error. What both leave open is taken from ``spares``, a
    region only where it names the service: a user's profile must not change whose a state is. Without an
    endpoint in the files the URL follows from the region, or from the environment: the SDKs' variable for
    the region, or the cloud that ``HW_CLOUD`` names. Where
    the files name the simulator, nothing else fills a gap: it speaks of a cloud. Nothing falls back
    to the simulator.
    """
    is_simulator = settings.endpoint == SIMULATOR
    spares = _choose_spares(settings, spares)
    region = _settle(_REGION_SETTING, settings.region, environment=environment, spare=spares.region)
    project = _settle(_PROJECT_SETTING, settings.project_id, environment=environment, spare=spares.project_id)
    url = _Found(value=SIMULATOR_URL) if is_simulator else _find_url(settings.endpoint, region, environment=environment)
    problems = (
        *url.problems,
        *region.problems,
        *project.problems,
        *_find_gaps(project),
        *_find_header_faults(settings),
    )
    if problems:
        return problems
    return Endpoint(
        kind="simulator" if is_simulator else "https",
        base_url=url.value,
        region=region.value
        or find_host_region(urllib.parse.urlsplit(url.value).hostname or "", environment=environment),
        project_id=project.value,
    )


def _choose_spares(settings: ProviderSettings, spares: Spares) -> Spares:
    if settings.endpoint == SIMULATOR:
        return Spares(region=SIMULATOR, project_id=SIMULATOR)
    return spares if settings.endpoint is None else Spares(project_id=spares.project_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    value: str = ""
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    name: str
    variables: tuple[str, ...]
    pattern: re.Pattern[str]
    looks: str


_REGION_SETTING: Final = _Setting(
    name="region", variables=REGION_VARIABLES, pattern=_REGION, looks="lower-case words joined by hyphens, as eu-de"
)
_PROJECT_SETTING: Final = _Setting(
    name="project_id", variables=PROJECT_VARIABLES, pattern=_PROJECT, looks="letters, digits, hyphens and underscores"
)


def _settle(setting: _Setting, written: str | None, *, environment: Mapping[str, str], spare: str) -> _Found:
    sources = {f"{setting.name} in the files": written} if written is not None else {}
    sources |= {name: environment[name] for name in setting.variables if environment.get(name)}
    if spare == SIMULATOR and written is None:
        return _Found(value=spare)
    if spare and not sources:
        sources = {f"{setting.name} of the profile": spare}
    values = set(sources.values())
    if len(values) > 1:
        return _Found(problems=(_build_conflict(setting, sources),))
    value = next(iter(values), "")
    if sources and not setting.pattern.fullmatch(value):
        return _Found(problems=(_build_malformed(setting, sources),))
    return _Found(value=value)


def _find_url(written: str | None, region: _Found, *, environment: Mapping[str, str]) -> _Found:
    if written is not None:
        return _check_url(written, region.value, environment=environment)
    if not region.value:
        return _Found(problems=() if region.problems else (_build_no_endpoint(),))
    override = name_override("MODELARTS", region.value)
    if environment.get(override):
        url = environment[override].partition(",")[0].strip()
        return _check_url(url, region.value, environment=environment, place=f" of {override}")
    url = build_region_url(region.value, environment=environment)
    if environment.get(CLOUD_VARIABLE):
        return _check_url(url, region.value, environment=environment, place=f" of region and {CLOUD_VARIABLE}")
    return _Found(value=url)


def _check_url(written: str, region: str, *, environment: Mapping[str, str], place: str = "") -> _Found:
    parts = _split_url(written)
    if isinstance(parts, str):
        return _Found(problems=(_build_url_fault(written, parts, place=place),))
    host = parse_host(parts.hostname or "") or ""
    faults = _find_host_faults(host, parts.scheme, environment=environment)
    named = find_host_region(host, environment=environment)
    if named and region and named != region:
        faults = (*faults, f"its host is in region {named}, and the region asked for is {region}")
    if faults:
        return _Found(problems=tuple(_build_url_fault(written, one, place=place) for one in faults))
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return _Found(value=f"{parts.scheme}://{shown}{port}{parts.path.rstrip('/')}")


def _split_url(written: str) -> urllib.parse.SplitResult | str:
    if not written.isascii() or not written.isprintable() or set(written) & set(" \\%"):
        return "it holds spaces, backslashes, percent signs, control or non-ASCII characters"
    if set(written) & set("@?#"):
        return "user names, passwords, queries and fragments do not belong into an endpoint"
    try:
        parts = urllib.parse.urlsplit(written)
        is_open = parts.port == 0 or parse_host(parts.hostname or "") is None
    except ValueError:
        return "host or port is malformed"
    if parts.scheme not in {"https", "http"} or is_open or not _URL_PATH.fullmatch(parts.path):
        return f'it is neither "{SIMULATOR}" nor a URL like https://modelarts.eu-de.otc.t-systems.com'
    return parts


def _find_host_faults(host: str, scheme: str, *, environment: Mapping[str, str]) -> tuple[str, ...]:
    if scheme == "http" and not is_loopback(host):
        return ("plain http would show the token to the network: only https, or a loopback address",)
    if not is_trusted(host, environment=environment):
        reason = "its host is in no domain of the two clouds, and would be given credentials"
        return (f"{reason}: if it is yours, name it in the environment variable {TRUSTED_HOSTS_VARIABLE}",)
    return ()


def _find_gaps(project: _Found) -> tuple[Diagnostic, ...]:
    if project.value or project.problems:
        return ()
    detail = "Every path of the API holds it. Write project_id in [provider.modelarts], or set HW_PROJECT_ID."
    return (make_error("remote.no-project", "No project is given", detail=detail),)


def _find_header_faults(settings: ProviderSettings) -> tuple[Diagnostic, ...]:
    written = {"user_id": settings.user_id, "request_type": settings.request_type}
    return tuple(
        make_error(
            "remote.bad-header",
            "A provider setting cannot be sent as a header",
            detail=f"{name} may hold printable ASCII characters only, and neither begin nor end with a space.",
        )
        for name, value in written.items()
        if value is not None and not _HEADER.fullmatch(value)
    )


def _build_no_endpoint() -> Diagnostic:
    return make_error(
        "remote.no-endpoint",
        "No service is given",
        detail="There is neither an endpoint nor a region, and nothing is assumed. Write region, or "
        'endpoint = "simulator", in [provider.modelarts], or set HW_REGION_NAME.',
    )


def _build_conflict(setting: _Setting, sources: Mapping[str, str]) -> Diagnostic:
    return make_error(
        "remote.conflicting-settings",
        "Files and environment disagree about the service",
        detail=f"{_format_sources(sources)}. A plan against the wrong {setting.name} would create everything anew. "
        "Make them equal, or remove one.",
    )


def _build_malformed(setting: _Setting, sources: Mapping[str, str]) -> Diagnostic:
    return make_error(
        "remote.malformed-setting",
        "A setting of the service is malformed",
        detail=f"{_format_sources(sources)}. It becomes a part of every URL: write {setting.looks}.",
    )


def _build_url_fault(written: str, fault: str, *, place: str) -> Diagnostic:
    shown = "The endpoint" if "@" in written else f'The endpoint "{format_outside_text(written, limit=200)}"'
    return make_error("remote.bad-endpoint", "The endpoint cannot be used", detail=f"{shown}{place}: {fault}.")


def _format_sources(sources: Mapping[str, str]) -> str:
    return ", ".join(f'{name} is "{format_outside_text(value, limit=100)}"' for name, value in sources.items())
