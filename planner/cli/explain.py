"""``poolctl explain``."""

import click
from click.shell_completion import CompletionItem

from planner.cli.command import Command
from planner.cli.session import DONE, Session


def _complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from planner.workflow.explain import list_codes

    return [CompletionItem(code, help=words) for code, words in list_codes().items() if code.startswith(incomplete)]


@click.command(
    cls=Command,
    reads_files=False,
    examples=("poolctl explain config.unknown-key", "poolctl explain                    # all codes"),
)
@click.argument("code", required=False, shell_complete=_complete)
@click.pass_obj
def explain(session: Session, code: str | None) -> int:
    """Tell what the CODE of an error or a warning means, why it matters and what to do.

    CODE stands in brackets at the end of each message. Without one, all codes are listed.
    """
    from planner.workflow.explain import list_codes, load_page

    if code is not None:
        session.terminal.show(load_page(code.strip("[]")))
        return DONE
    codes = list_codes()
    width = max(map(len, codes), default=0)
    session.terminal.show("".join(f"{one:<{width}}  {words}\n" for one, words in codes.items()))
    return DONE
