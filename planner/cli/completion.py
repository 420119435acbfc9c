"""``poolctl completion``."""

import click
from click.shell_completion import ShellComplete

from planner.cli.command import Command
from planner.cli.completion_shells import SHELLS
from planner.cli.session import DONE, Session


def make_completion_script(shell: str) -> str:
    """Return the script of ``shell``, which is bash, zsh or fish; it asks poolctl itself at each key."""
    made = SHELLS[shell](click.Group(), {}, "poolctl", "_POOLCTL_COMPLETE")
    # The base class formats the template; bash's own first runs a bash to warn about its version.
    return f"{ShellComplete.source(made)}\n"


@click.command(
    cls=Command,
    reads_files=False,
    examples=(
        'eval "$(poolctl completion bash)"                                       # in ~/.bashrc',
        'eval "$(poolctl completion zsh)"                                        # in ~/.zshrc',
        "poolctl completion fish > ~/.config/fish/completions/poolctl.fish",
    ),
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_obj
def completion(session: Session, shell: str) -> int:
    """Print the completion script of a shell."""
    session.terminal.show(make_completion_script(shell))
    return DONE
