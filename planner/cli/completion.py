"""``poolctl completion``."""

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from planner.cli.command import Command
from planner.cli.session import DONE, Session

_SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(
    cls=Command,
    reads_files=False,
    examples=(
        'eval "$(poolctl completion bash)"                                       # in ~/.bashrc',
        'eval "$(poolctl completion zsh)"                                        # in ~/.zshrc',
        "poolctl completion fish > ~/.config/fish/completions/poolctl.fish",
    ),
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell."""
    session: Session = context.obj
    root = context.find_root()
    made = _SHELLS[shell](root.command, {}, "poolctl", "_POOLCTL_COMPLETE")
    # The base class formats the template; bash's own first runs a bash to warn about its version.
    session.terminal.show(ShellComplete.source(made) + "\n")
    return DONE
