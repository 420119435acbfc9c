"""Diagnostics: what stops an edge carries all of them."""

import pytest

from planner.core.diagnostics import (
    PoolctlError,
    Severity,
    SourceLocation,
    has_errors,
    make_error,
    make_notice,
    make_warning,
)

WHERE = SourceLocation(file="a.pools.toml", line=3)
ERROR = make_error("a.b", "It is wrong", detail="d", address="pool.a", location=WHERE)
WARNING = make_warning("a.c", "It is odd", location=WHERE)
NOTICE = make_notice("a.d", "It is so", address="pool.a")


def test_each_severity_is_made():
    assert [one.severity for one in (ERROR, WARNING, NOTICE)] == [Severity.ERROR, Severity.WARNING, Severity.NOTICE]
    assert [one.location for one in (ERROR, WARNING, NOTICE)] == [WHERE, WHERE, None]


@pytest.mark.parametrize(
    ("diagnostics", "is_stopped"),
    [((), False), ((NOTICE, WARNING), False), ((NOTICE, ERROR), True)],
)
def test_only_an_error_stops_a_command(diagnostics, is_stopped):
    assert has_errors(diagnostics) is is_stopped


def test_what_stops_an_edge_tells_every_summary_and_keeps_the_diagnostics():
    stopped = PoolctlError(ERROR, WARNING)
    assert (str(stopped), stopped.diagnostics) == ("It is wrong; It is odd", (ERROR, WARNING))
