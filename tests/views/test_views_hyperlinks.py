"""Links to files in a terminal: only where it knows them, and no name can leave the link."""

import io

import pytest

from planner.core.diagnostics import SourceLocation, make_error
from planner.views.diagnostics_text import format_diagnostics
from planner.views.hyperlinks import format_link, is_linking, make_base
from planner.views.spans import Screen
from planner.views.terminal import Terminal

BASE = make_base("/home/ann/pools of ann", host="desk")


class TerminalText(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"TERM": "xterm-256color"}, False, id="nothing is known"),
        pytest.param({"TERM_PROGRAM": "vscode"}, True, id="VS Code"),
        pytest.param({"TERM_PROGRAM": "Apple_Terminal"}, False, id="one that has none"),
        pytest.param({"TERM": "xterm-kitty"}, True, id="kitty"),
        pytest.param({"VTE_VERSION": "7600"}, True, id="GNOME"),
        pytest.param({"VTE_VERSION": "4205"}, False, id="an old GNOME"),
        pytest.param({"VTE_VERSION": "new"}, False, id="no number"),
        pytest.param({"WT_SESSION": "x"}, True, id="Windows Terminal"),
        pytest.param({"TERM": "tmux-256color", "WT_SESSION": "x"}, False, id="within tmux"),
        pytest.param({"TERM_PROGRAM": "vscode", "FORCE_HYPERLINK": "0"}, False, id="refused"),
        pytest.param({"TERM": "tmux", "FORCE_HYPERLINK": "1"}, True, id="asked for"),
        pytest.param({"FORCE_HYPERLINK": ""}, True, id="asked for without a number"),
    ],
)
def test_links_are_written_where_a_terminal_knows_them(environ, expected):
    assert is_linking(environ) is expected


@pytest.mark.parametrize(
    ("stream", "environ", "expected"),
    [
        pytest.param(TerminalText(), {}, True, id="a terminal"),
        pytest.param(io.StringIO(), {}, False, id="no terminal"),
        pytest.param(TerminalText(), {"NO_COLOR": "1"}, False, id="no colours"),
        pytest.param(TerminalText(), {"TERM": "dumb"}, False, id="a dumb one"),
    ],
)
def test_nothing_but_a_terminal_with_colours_gets_links(stream, environ, expected):
    terminal = Terminal(stdout=stream, stderr=stream, stdin=None, environ={"FORCE_HYPERLINK": "1"} | environ)
    assert (terminal.has_links_in_results, terminal.has_links_in_messages) == (expected, expected)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        pytest.param("main.pools.toml", "file://desk/home/ann/pools%20of%20ann/main.pools.toml", id="beside"),
        pytest.param("../t/a.pools.toml", "file://desk/home/ann/t/a.pools.toml", id="elsewhere"),
        pytest.param("/etc/a.toml", "file://desk/etc/a.toml", id="from the root"),
        pytest.param("a\x1b\\b;c#d?.toml", "file://desk/home/ann/pools%20of%20ann/a%1B%5Cb%3Bc%23d%3F.toml", id="hostile"),
        pytest.param("\ud800.toml", "file://desk/home/ann/pools%20of%20ann/%3F.toml", id="no character"),
    ],
)  # fmt: skip
def test_a_link_leads_to_the_file(file, uri):
    assert format_link("x", link=file, base=BASE) == f"\x1b]8;;{uri}\x1b\\x\x1b]8;;\x1b\\"


def test_the_file_of_a_diagnostic_is_a_link_and_measures_what_it_shows():
    told = make_error("c", "s", location=SourceLocation(file="a.pools.toml", line=2, column=3, text="abcdef"))
    plain = format_diagnostics([told], width=60, colour=False, screen=Screen())
    linked = format_diagnostics([told], width=60, colour=False, screen=Screen(base=BASE))
    link = format_link("a.pools.toml", link="a.pools.toml", base=BASE)
    assert linked == plain.replace("a.pools.toml", link)
    assert "\x1b" not in plain
