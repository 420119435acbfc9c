import pytest

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation, make_error, make_notice, make_warning
from planner.views.diagnostics_text import format_diagnostics

PLACE = SourceLocation(file="gpu.pools.toml", line=3, column=11, text='flavour = "日本\t"')
DIAGNOSTICS = (
    make_error(
        "config.unknown-key",
        "Unknown key",
        detail='There is no key "flavour" in [[pool.training.resources]], so it would have no effect. Did you mean "flavor"?\n\nWrite:\n  flavor = "modelarts.vm.cpu.4ud"',
        address="pool.training",
        location=PLACE,
    ),
    make_error(
        "remote.unread", "A pool could not be read", detail="The service answered 500.", address='pool.team["a"]'
    ),
    make_warning(
        "config.one-disk", "The lock holds on one disk only", location=SourceLocation(file="a.pools.toml", line=12000)
    ),
    make_notice("state.settled", "An operation of an earlier run was settled"),
    Diagnostic(
        severity=Severity.ERROR,
        code="",
        summary="A summary that is so long that it does not fit on one line of the narrowest terminal",
    ),
)


@pytest.mark.parametrize("width", [pytest.param(width, id=f"{width} columns") for width in (40, 80)])
def test_diagnostics_read_as_reviewed(width, golden):
    golden(f"diagnostics-{width}.txt", format_diagnostics(DIAGNOSTICS, width=width, colour=False))


def test_coloured_diagnostics_read_as_reviewed(golden):
    golden("diagnostics-80-ansi.txt", format_diagnostics(DIAGNOSTICS, width=80, colour=True))


def test_nothing_to_tell_is_an_empty_text():
    assert format_diagnostics((), width=80, colour=True) == ""


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        pytest.param(1, "ab = 1", "   9: ab = 1|      ^", id="the first column"),
        pytest.param(4, "\tab = 1", "   9: \\tab = 1|          ^", id="a tab takes the room of its name"),
        pytest.param(2, "日 = 1", "   9: 日 = 1|        ^", id="a wide character takes two columns"),
        pytest.param(99, "ab", "   9: ab|        ^", id="a column beyond the line stands at its end"),
    ],
)
def test_caret_stands_under_the_column(column, text, expected):
    place = SourceLocation(file="f", line=9, column=column, text=text)
    lines = format_diagnostics([make_error("c", "S", location=place)], width=80, colour=False).splitlines()
    assert "|".join(line.removeprefix("│ ") for line in lines[4:6]) == expected
