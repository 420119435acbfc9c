"""``poolctl explain``."""

from collections.abc import Mapping

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

    session.terminal.show(
        _format_codes(session, list_codes()) if code is None else _format_page(session, load_page(code.strip("[]")))
    )
    return DONE


def _format_page(session: Session, page: str) -> str:
    if session.screen_width is None:
        return page
    from planner.views.page_text import format_page

    return format_page(page, width=session.screen_width, colour=session.terminal.has_colour_in_results)


def _format_codes(session: Session, codes: Mapping[str, str]) -> str:
    if session.screen_width is None:
        width = max(map(len, codes), default=0)
        return "".join(f"{one:<{width}}  {words}\n" for one, words in codes.items())
    from planner.views.page_text import format_codes

    return format_codes(codes, width=session.screen_width, colour=session.terminal.has_colour_in_results)
