"""The benchmarks themselves: small, so that they never rot; no number of theirs is judged here."""

import socket
import sys
from pathlib import Path

import bench
import pytest
from estate import write_files, write_state
from service import make_world
from tables import Target, find_exponent, format_number, format_targets

from planner.cli.entry import main
from planner.simulator.http_server import LocalServer

TITLES = [
    "Targets",
    "Start",
    "A plan with nothing to do",
    "A plan that changes every pool",
    "An apply that changes every pool",
    "Growth",
    "Durability",
    "A saved plan of 10 changes, shown",
    "The simulator itself",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    into = tmp_path_factory.mktemp("report") / "performance.md"
    here = str(Path(sys.executable).parent)
    few = ("--sizes=1,10", "--latencies=0", "--repetitions=1", "--seconds=0.2")
    bench.main([*few, "--here", here, "--into", str(into)])
    return into.read_text(encoding="utf-8")


def test_the_report_has_every_table(report):
    assert [title for title in TITLES if f"\n## {title}\n" not in report] == []


@pytest.mark.parametrize("size", ["1", "10"])
def test_the_report_has_each_size_in_every_table_of_sizes(report, size):
    assert report.count(f"\n| {size} | ") >= 4


def test_the_report_names_neither_machine_nor_place(report, request):
    private = (socket.gethostname(), str(request.config.rootpath), str(Path.home()), "127.0.0.1", "/tmp")
    assert [one for one in private if one in report] == []


@pytest.mark.parametrize("pools", [1, 10, 501])
def test_a_plan_with_nothing_to_do_asks_for_one_list_a_kind(tmp_path, monkeypatch, capsys, pools):
    monkeypatch.setenv("HW_AUTH_TOKEN", "t")
    with LocalServer(make_world(pools), options={"log_limit": 0}) as server:
        write_files(tmp_path, url=server.url, pools=pools)
        write_state(tmp_path, url=server.url)
        server.requests.clear()
        code = main(["-C", str(tmp_path), "plan"])
    assert (code, "No changes." in capsys.readouterr().out) == (0, True)
    assert sorted(one.path.rpartition("/")[2] for one in server.requests) == ["networks", "pools"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(0.0123, "0.01", id="very small"),
        pytest.param(0.123, "0.12", id="small"),
        pytest.param(1.26, "1.3", id="below ten"),
        pytest.param(12.34, "12.3", id="above ten"),
        pytest.param(1234.5, "1,234", id="large"),
    ],
)
def test_numbers_are_written_as_precise_as_they_are(number, text):
    assert format_number(number) == text


@pytest.mark.parametrize(
    ("values", "exponent"),
    [
        pytest.param([1.0, 10.0], 1.0, id="in proportion"),
        pytest.param([1.0, 100.0], 2.0, id="squared"),
        pytest.param([9.0, 1.0, 1.0], 0.0, id="the last step counts"),
    ],
)
def test_growth_is_told_as_an_exponent(values, exponent):
    assert find_exponent([1, 10, 100][: len(values)], values) == pytest.approx(exponent)


def test_targets_are_told_in_plain_words():
    targets = [Target(work="a", limit=1, measured=0.5, unit="s"), Target(work="b", limit=1, measured=1.5, unit="s")]
    assert format_targets(targets).splitlines()[2:] == [
        "| a | ≤ 1.0 s | 0.50 s | met |",
        "| b | ≤ 1.0 s | 1.5 s | **not met** |",
    ]
