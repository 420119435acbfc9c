"""Serving the simulator on a port of this machine."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.workflow.errors import ServiceError

if TYPE_CHECKING:
    from planner.simulator.faults import Script
    from planner.simulator.http_server import LocalServer, Serving
    from planner.simulator.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """An access key with its secret, which no text shows."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of the identity service: the domain by its name or id; ``token_life`` is in seconds."""

    name: str
    password: str = field(repr=False)
    domain: str
    token_life: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeRequest:
    """How the simulator is to be served.

    ``port`` 0 is any free one. ``world`` is the file that keeps the world, ``faults`` a fault script. ``speed`` is
    the seconds that a step of the service takes; with 0 each request is a step. With ``key_pair`` only requests
    that it has signed are admitted, with ``user`` only those with a token that this user was given; without either any
    token or signature, and any user is given tokens. ``switches`` are texts ``NAME=VALUE``.
    """

    world: Path
    host: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0
    faults: Path | None = None
    key_pair: KeyPair | None = None
    user: User | None = None
    switches: tuple[str, ...] = ()


@contextlib.contextmanager
def serve_simulator(request: ServeRequest, *, report: Callable[[Diagnostic | Exception], None]) -> Iterator[str]:
    """Serve during the block, which is given the URL; the world is saved at its end.

    ``report`` is told, from other threads, of what goes wrong meanwhile. Raises ServiceError.
    """
    with _explain(), _make_server(request, report=report) as server:
        yield server.url


@contextlib.contextmanager
def _explain() -> Iterator[None]:
    from planner.simulator.errors import PortError, SimulatorError

    try:
        yield
    except PortError as error:
        raise ServiceError(_build_port_fault(error)) from None
    except SimulatorError as error:
        raise ServiceError(_build_world_fault(error)) from None


def _build_world_fault(error: Exception) -> Diagnostic:
    return make_error("simulator.world", "The world of the simulator cannot be used", detail=f"{_format(error)}.")


def _make_server(request: ServeRequest, *, report: Callable[[Diagnostic | Exception], None]) -> "LocalServer":
    from planner.simulator.errors import SimulatorError
    from planner.simulator.http_server import LocalServer
    from planner.simulator.switches import parse_switches

    def report_fault(error: Exception) -> None:
        report(_build_world_fault(error) if isinstance(error, SimulatorError) else error)

    try:
        options = parse_switches(request.switches)
    except SimulatorError as error:
        raise ServiceError(_build_switch_fault(error)) from None
    return LocalServer(
        request.world,
        options=options,
        faults=_load_faults(request.faults),
        serving=_make_serving(request, report=report_fault),
    )


def _make_serving(request: ServeRequest, *, report: Callable[[Exception], None]) -> "Serving":
    from planner.simulator.http_server import Serving, admit_all
    from planner.simulator.pacing import StepPerRequest, StepPerSeconds
    from planner.simulator.signatures import make_gate

    pair = request.key_pair
    # With a key pair the service knows no tokens, so that nobody is given one.
    identity = None if pair is not None else _make_identity(request.user)
    return Serving(
        host=request.host,
        port=request.port,
        pace=StepPerSeconds(request.speed) if request.speed else StepPerRequest(),
        gate=admit_all if pair is None else make_gate(access_key=pair.access_key, secret_key=pair.secret_key),
        identity=identity,
        has_record=False,
        report=report,
    )


def _make_identity(user: User | None) -> "Identity":
    from planner.simulator.identity import Account, Identity

    if user is None:
        return Identity(None)
    account = Account(user_name=user.name, password=user.password, domain_name=user.domain)
    return Identity(account, lifetime=dt.timedelta(seconds=user.token_life))


def _load_faults(path: Path | None) -> "Script | None":
    from planner.simulator.errors import SimulatorError
    from planner.simulator.fault_files import parse_script

    if path is None:
        return None
    try:
        return parse_script(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "the system refused"
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except SimulatorError as error:
        reason = _format(error)
    detail = f"{path}: {reason}. A fault script is TOML that holds [[fault]] tables; docs/simulator.md has them all."
    raise ServiceError(make_error("simulator.faults", "The fault script cannot be used", detail=detail))


def _build_port_fault(error: Exception) -> Diagnostic:
    return make_error("simulator.port", "The simulator cannot listen", detail=f"{_format(error)}.")


def _build_switch_fault(error: Exception) -> Diagnostic:
    detail = f"{_format(error)}. docs/world.md lists the switches with their defaults."
    return make_error("simulator.switch", "A switch of the simulator cannot be set", detail=detail)


def _format(error: Exception) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}"
