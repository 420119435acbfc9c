"""``[rollout.NAME]``: what the files make of it, and what is wrong with one."""

import pytest
from config_texts import NETWORK, POOL, find_codes, find_errors, load_files, load_text

from planner.core.desired import Rollout

ROLLOUT = '[rollout.drivers]\nfields = ["driver"]\n'
WINDOW = '[rollout.drivers.window]\nstart = "22:00"\nend = "04:00"\ntz = "Europe/Berlin"\n'
TEAM = """\
[variable.size]
default = 2
[pool.team]
for_each = ["red", "blue"]
name = "team-${each.key}"
type = "Dedicate"
network = "net-1"
resources = [{ flavor = "f.small", count = 1 }]
"""


def load_rollout(directory, text):
    """Return the one rollout of ``text``, less its place."""
    loaded = load_text(directory, text)
    assert find_errors(loaded) == []
    [rollout] = loaded.desired.rollouts
    return rollout


def test_a_rollout_of_nothing_but_fields_takes_all_pools_one_by_one(tmp_path):
    rollout = load_rollout(tmp_path, POOL + ROLLOUT)
    assert rollout == Rollout(name="drivers", fields=("driver",), location=rollout.location)
    assert (rollout.location.line, rollout.order, rollout.batch, rollout.on_failure) == (6, ("pool.*",), 1, "stop")


def test_a_rollout_is_read_with_all_that_it_says(tmp_path):
    rule = 'order = [\'pool.team["red"]\', "pool.team[*]"]\nbatch = "${var.size}"\non_failure = "continue"\n'
    days = 'days = ["sunday", "friday", "sunday"]\n'
    rollout = load_rollout(tmp_path, TEAM + ROLLOUT + rule + WINDOW + days)
    assert (rollout.order, rollout.batch, rollout.is_percent) == (('pool.team["red"]', "pool.team[*]"), 2, False)
    window = rollout.window
    assert (rollout.on_failure, window.days, window.start, window.end) == ("continue", (4, 6), 22 * 60, 4 * 60)
    assert str(window.tz) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "days", "end"),
    [
        pytest.param(WINDOW, tuple(range(7)), 240, id="every day"),
        pytest.param(WINDOW.replace("04:00", "24:00"), tuple(range(7)), 1440, id="until midnight"),
    ],
)
def test_a_window_without_days_opens_every_day(tmp_path, text, days, end):
    window = load_rollout(tmp_path, POOL + ROLLOUT + text).window
    assert (window.days, window.end) == (days, end)


def test_a_percentage_takes_the_place_of_a_number(tmp_path):
    rollout = load_rollout(tmp_path, POOL + ROLLOUT + "batch_percent = 20\n")
    assert (rollout.batch, rollout.is_percent) == (20, True)


def test_rollouts_of_all_files_come_by_name(tmp_path):
    files = {"a": POOL + '[rollout.z]\nfields = ["scope"]\n', "b": ROLLOUT}
    loaded = load_files(tmp_path, files)
    assert [one.name for one in loaded.desired.rollouts] == ["drivers", "z"]


def test_rollouts_are_part_of_the_digest_and_their_layout_is_not(tmp_path):
    texts = (POOL, POOL + ROLLOUT, POOL + "# why\n" + ROLLOUT, POOL + ROLLOUT + "batch = 2\n", POOL + ROLLOUT + WINDOW)
    digests = [load_text(tmp_path, text).config_digest for text in texts]
    assert digests[1] == digests[2]
    assert len(set(digests)) == 4


FAULTS = [
    pytest.param("fields = ['drivers']\n", "config.rollout-fields", (7, 11), 'Did you mean "driver"?', id="field"),
    pytest.param("fields = ['driver..x']\n", "config.rollout-fields", (7, 11), "is no path.", id="no path"),
    pytest.param("fields = ['guards']\n", "config.rollout-fields", (7, 11), "is a rule", id="rule"),
    pytest.param("fields = ['network']\n", "config.rollout-fields", (7, 11), "cannot be changed in place", id="fixed"),
    pytest.param(
        "fields = ['resources[g]']\n", "config.rollout-fields", (7, 11), "names no entry of any pool of the", id="entry"
    ),
    pytest.param("fields = []\n", "config.bad-value", (7, 10), "", id="no field"),
    pytest.param(
        "fields = ['driver']\norder = ['pool.b']\n", "config.rollout-order", (8, 10), 'mean "pool.a"?', id="order"
    ),
    pytest.param(
        "fields = ['driver']\nbatch = 1\nbatch_percent = 9\n",
        "config.rollout-batch",
        (9, 1),
        "Delete one.",
        id="two sizes",
    ),
    pytest.param(
        "fields = ['driver']\nwindow = { start = '04:00', end = '04:00', tz = 'UTC' }\n",
        "config.rollout-window",
        (8, 35),
        'start = "00:00" and end = "24:00"',
        id="no time",
    ),
    pytest.param(
        "fields = ['driver']\nwindow = { start = '04:00', end = '05:00', tz = 'Europe' }\n",
        "config.rollout-window",
        (8, 49),
        'Found "Europe".',
        id="a directory of zones",
    ),
    pytest.param(
        "fields = ['driver']\nwindow = { start = '04:00', end = '05:00', tz = '../UTC' }\n",
        "config.rollout-window",
        (8, 49),
        "IANA",
        id="a zone that leads out",
    ),
    pytest.param(
        "fields = ['driver']\nwindow = { start = '04:00', end = '05:00', tz = 'localtime' }\n",
        "config.rollout-window",
        (8, 49),
        "IANA",
        id="a zone of this machine",
    ),
    pytest.param(
        "fields = ['driver']\nwindow = { start = '4:00', end = '05:00', tz = 'UTC' }\n",
        "config.bad-value",
        (8, 20),
        "",
        id="no clock",
    ),
    pytest.param("feilds = ['driver']\n", "config.unknown-key", (7, 1), 'Did you mean "fields"?', id="key"),
]


@pytest.mark.parametrize(("text", "code", "place", "words"), FAULTS)
def test_a_fault_is_told_with_its_code_its_place_and_words(tmp_path, text, code, place, words):
    faults = find_errors(load_text(tmp_path, f"{POOL}[rollout.r]\n{text}"))
    [fault] = [one for one in faults if one.code == code]
    assert (fault.location.line, fault.location.column) == place
    assert words in fault.detail


def test_an_order_that_names_only_networks_is_told_so(tmp_path):
    [fault] = find_errors(load_text(tmp_path, POOL + NETWORK + ROLLOUT + "order = ['network.main']\n"))
    assert "names no pool, and a rollout goes through pools" in fault.detail


@pytest.mark.parametrize("glob", ["pool.team[*]", 'pool.team["red"]', "pool.t*"])
def test_an_order_may_name_a_pool_that_has_no_instance_here(tmp_path, glob):
    empty = TEAM.replace('["red", "blue"]', "[]")
    assert find_errors(load_text(tmp_path, f"{POOL}{empty}{ROLLOUT}order = ['{glob}', 'pool.*']\n")) == []


def test_an_instance_that_a_pool_has_not_beside_others_is_a_slip(tmp_path):
    [fault] = find_errors(load_text(tmp_path, f"{POOL}{TEAM}{ROLLOUT}order = ['pool.team[\"rad\"]', 'pool.*']\n"))
    assert 'mean "pool.team["red"]"' in fault.detail


def test_an_entry_of_one_of_the_pools_is_enough(tmp_path):
    other = POOL.replace("[pool.a]", "[pool.b]").replace("pool-a", "pool-b").replace("f.small", "f.large")
    assert find_codes(load_text(tmp_path, POOL + other + ROLLOUT.replace('"driver"', '"resources[f.large].os"'))) == []


OVERLAPS = [
    pytest.param("driver", "driver", True, id="the same"),
    pytest.param("driver", "driver.gpu_version", True, id="a part"),
    pytest.param("resources[*].os", "resources[f.small].os.name", True, id="any entry"),
    pytest.param("resources[f.small]", "resources[f.small/f.small-default].os", True, id="an entry by its parts"),
    pytest.param("driver.gpu_version", "driver.npu_version", False, id="members side by side"),
    pytest.param("driver", "scope", False, id="others"),
    pytest.param("resources[f.small].os", "resources[f.small].labels", False, id="members of one entry"),
    pytest.param('annotations["a"]', 'annotations["b"]', False, id="other annotations"),
]


@pytest.mark.parametrize(("first", "second", "is_fault"), OVERLAPS)
def test_a_pool_has_one_rollout_for_a_field(tmp_path, first, second, is_fault):
    text = f"{POOL}[rollout.r]\nfields = ['{first}']\n[rollout.s]\nfields = ['{second}']\n"
    assert find_codes(load_text(tmp_path, text)) == ["config.rollout-overlap"] * is_fault


def test_rollouts_of_other_pools_may_have_the_same_fields(tmp_path):
    rollouts = "".join(
        f"[rollout.{one}]\nfields = ['driver']\norder = ['pool.team[\"{one}\"]']\n" for one in ("red", "blue")
    )
    assert find_codes(load_text(tmp_path, TEAM + rollouts)) == []


def test_the_same_name_twice_is_told_with_both_places(tmp_path):
    loaded = load_files(tmp_path, {"a": POOL + ROLLOUT, "b": ROLLOUT})
    [fault] = [one for one in find_errors(loaded) if one.code == "config.duplicate-block"]
    assert "rollout.drivers is declared in a.pools.toml and again in b.pools.toml" in fault.detail
