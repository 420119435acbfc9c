"""``poolctl simulator serve``."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from planner.cli.command import Command, Entry, Group
from planner.cli.faults import make_fault_diagnostic
from planner.cli.file_value import FILE, FileValue
from planner.cli.session import DONE, Session, report
from planner.core.diagnostics import Diagnostic

if TYPE_CHECKING:
    from pathlib import Path

    from planner.workflow.serve import KeyPair, ServeRequest, User

_PROJECT: Final = "86c13962597848eeb29c5861153a391f"
# In the directory of state.files, which a help need not load.
_WORLD: Final = ".poolctl/simulator.json"
_SLOWEST: Final = 86_400
_MOST_PORTS: Final = 65_535
_LONGEST_LIFE: Final = 86_400

simulator: Final = Group(
    name="simulator",
    entries={"serve": Entry(place="planner.cli.simulator:serve", help="Serve the simulated service until Ctrl-C.")},
    help="Work with the simulated service.",
    examples=("poolctl simulator serve --port 8420",),
)


@click.command(
    cls=Command,
    reads_files=False,
    examples=(
        "poolctl simulator serve",
        "poolctl simulator serve --port 8420 --speed 0.2",
        "poolctl simulator serve --faults faults.toml --switch sold_out=modelarts.vm.gpu.t4u8",
        "poolctl simulator serve --access-key AK --secret-key SK",
        "poolctl simulator serve --user ada --password P --domain lovelace",
    ),
)
@click.option(
    "--port", type=click.IntRange(0, _MOST_PORTS), default=0, metavar="N", help="The port; left out or 0, any free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDR", help="A loopback address of this machine."
)
@click.option(
    "--world",
    type=FileValue(dir_okay=False),
    default=_WORLD,
    show_default=True,
    metavar="FILE",
    help="Where the world is kept.",
)
@click.option("--faults", type=FILE, metavar="FILE", help="Failures to play, as TOML.")
@click.option(
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    metavar="X",
    help="Seconds that a step of the service takes; with 0 each request is a step.",
)
@click.option("--access-key", metavar="K", help="Admit only requests that are signed with this key and its secret.")
@click.option("--secret-key", metavar="S", help="The secret of --access-key.")
@click.option("--user", metavar="NAME", help="Admit only tokens that this user was given.")
@click.option("--password", metavar="P", help="The password of --user.")
@click.option("--domain", metavar="D", help="The domain (account) of --user.")
@click.option(
    "--token-life",
    type=click.IntRange(0, _LONGEST_LIFE),
    default=_LONGEST_LIFE,
    show_default=True,
    metavar="N",
    help="Seconds after which a token of --user ends.",
)
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    help="Turn a switch of the world; it stays so in its file; repeatable.",
)
@click.pass_obj
def serve(session: Session, /, *, world: Path, faults: Path | None, speed: float, **options: Any) -> int:
    """Serve the simulated service over HTTP on this machine, until Ctrl-C.

    The world is the one of endpoint = "simulator", unless --world names another file. It is saved soon after each
    change and at the end.
    """
    from planner.views.escape import escape_text
    from planner.workflow.serve import ServeRequest, serve_simulator

    pair = _make_key_pair(options.pop("access_key"), options.pop("secret_key"))
    names = ("user", "password", "domain")
    user = _make_user({name: options.pop(name) for name in names}, token_life=options.pop("token_life"))
    if pair is not None and user is not None:
        raise click.UsageError("--access-key and --user exclude each other: who is admitted?")
    request = ServeRequest(
        world=session.directory / world,
        faults=None if faults is None else session.directory / faults,
        speed=_check_speed(speed),
        key_pair=pair,
        user=user,
        **options,
    )

    def tell(problem: Diagnostic | Exception) -> None:
        report(session, [problem if isinstance(problem, Diagnostic) else make_fault_diagnostic(problem)])

    with serve_simulator(request, report=tell) as url:
        session.terminal.show(_format_start(url, request))
        _wait_for_interrupt()
        # A terminal has just echoed ^C on the line.
        session.terminal.progress("\nEnding." if session.terminal.is_interactive else "Ending.")
    session.terminal.progress(f"The world is saved in {escape_text(str(request.world))}.")
    return DONE


def _wait_for_interrupt() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _check_speed(seconds: float) -> float:
    if math.isnan(seconds) or not 0 <= seconds <= _SLOWEST:
        raise click.BadParameter(f"{seconds} is not from 0 to {_SLOWEST} seconds.", param_hint="'--speed'")
    return seconds


def _make_key_pair(access_key: str | None, secret_key: str | None) -> KeyPair | None:
    from planner.workflow.serve import KeyPair

    if not access_key and not secret_key:
        return None
    if not access_key or not secret_key:
        raise click.UsageError("--access-key and --secret-key need each other.")
    return KeyPair(access_key=access_key, secret_key=secret_key)


def _make_user(given: Mapping[str, str | None], *, token_life: int) -> User | None:
    from planner.workflow.serve import User

    if not any(given.values()):
        return None
    name, password, domain = given["user"], given["password"], given["domain"]
    if not name or not password or not domain:
        raise click.UsageError("--user, --password and --domain need each other.")
    return User(name=name, password=password, domain=domain, token_life=token_life)


def _format_start(url: str, request: ServeRequest) -> str:
    from planner.views.escape import escape_text

    lines = (
        f"The simulator serves {url}; its world is in {escape_text(str(request.world))}.",
        "Use it from a configuration:",
        "",
        "[provider.modelarts]",
        f'endpoint   = "{url}"',
        f'project_id = "{_PROJECT}"',
        "",
        *_format_credentials(url, request),
        "",
        "Ctrl-C ends it.",
    )
    return "".join(f"{line}\n" for line in lines)


def _format_credentials(url: str, request: ServeRequest) -> tuple[str, ...]:
    if request.key_pair is not None:
        return (
            "Only requests signed with the access key are admitted:",
            "export HW_ACCESS_KEY=... HW_SECRET_KEY=...",
        )
    if request.user is not None:
        return (
            "Only tokens of the user are admitted, which the same address gives out:",
            f"export HW_USER_NAME=... HW_USER_PASSWORD=... HW_DOMAIN_NAME=... HW_AUTH_URL={url}/v3",
        )
    return ("Any token or signature is accepted:", "export HW_AUTH_TOKEN=any-text")
