"""Where things stand in a file: the line that sets a config path, and columns in characters."""

import pytest
from config_texts import POOL, load_text

from planner.core.addresses import Address

LARGE = """\
[pool.x]
name = "pool-x"
type = "Dedicate"
network = { vpc_id = "v", subnet_id = "s" }
driver.gpu_version = "1"
driver.update_strategy = "idle"

[[pool.x.resources]]
flavor = "f.a"
azs = [{ az = "eu-de-01", count = 1 }, { az = "eu-de-02", count = 2 }]
[pool.x.resources.os]
name = "linux"

[[pool.x.resources]]  # second
flavor = "f.a"
node_pool = "np"
count = 1
labels = { "a.b/c" = "1" }
taints = [
  { key = "k/1", effect = "NoExecute" },
  # a comment between
  { key = "k", effect = "NoSchedule" },
]
data_volumes = [{ volume_type = "SSD", size = "1Gi" }, { volume_type = "SSD", size = "2Gi" }]

[pool.x.annotations]
"team \\u00e9" = "t"
"""


@pytest.mark.parametrize(
    ("label", "line", "column"),
    [
        pytest.param("", 1, 7, id="the block's header"),
        pytest.param("name", 2, 1, id="plain key"),
        pytest.param("network.vpc_id", 4, 13, id="key of an inline table"),
        pytest.param("driver.gpu_version", 5, 8, id="dotted key"),
        pytest.param("driver", 5, 1, id="table that dotted keys make"),
        pytest.param("resources[f.a]", 8, 1, id="first of two entries of a flavor"),
        pytest.param("resources[f.a].azs[eu-de-02].count", 10, 59, id="key of an entry in a list"),
        pytest.param("resources[f.a].os.name", 12, 1, id="table below the last entry"),
        pytest.param("resources[f.a/np]", 14, 1, id="second entry"),
        pytest.param("resources[f.a/np].count", 17, 1, id="key of the second entry"),
        pytest.param('resources[f.a/np].labels["a.b/c"]', 18, 12, id="quoted key"),
        pytest.param("resources[f.a/np].taints[k/NoSchedule]", 22, 3, id="entry by two keys over several lines"),
        pytest.param("resources[f.a/np].taints[k/1/NoExecute].effect", 20, 18, id="key that holds a slash"),
        pytest.param("resources[f.a/np].data_volumes[1].size", 24, 79, id="entry by its index"),
        pytest.param('annotations["team é"]', 27, 1, id="key with an escape"),
        pytest.param("resources[f.a].count", 8, 1, id="key that is not written: its entry"),
        pytest.param("resources[f.b].count", 8, 10, id="entry that is not written: the list"),
        pytest.param("resources[f.a/np].data_volumes[9].size", 24, 1, id="index that is not written: the list"),
        pytest.param("description", 1, 7, id="key that is not written: the block"),
        pytest.param("driver.npu_version", 5, 1, id="key that is not written: its table"),
        pytest.param("no [ path", 1, 7, id="label that is no path: the block"),
    ],
)
def test_a_label_leads_to_its_line(tmp_path, label, line, column):
    location = load_text(tmp_path, LARGE).sources.find(Address(kind="pool", name="x"), label)
    assert (location.file, location.line, location.column) == ("main.pools.toml", line, column)
    assert location.text == LARGE.split("\n")[line - 1]


def test_an_address_without_a_block_has_no_line(tmp_path):
    assert load_text(tmp_path, LARGE).sources.find(Address(kind="pool", name="y"), "name") is None


@pytest.mark.parametrize(
    ("text", "line", "column", "shown"),
    [
        pytest.param("# a\r\n[pool.a]\r\nnaem = 1\r\n", 3, 1, "naem = 1", id="windows line ends"),
        pytest.param("[pool.a]\n\t\tnaem = 1\n", 2, 3, "\t\tnaem = 1", id="tabs count as one"),
        pytest.param(
            "pool.a.labels = { '😀é' = '1' }\npool.a.naem = 1\n", 2, 8, "pool.a.naem = 1", id="dotted from the root"
        ),
        pytest.param(
            "pool = { a = { labels = { '😀é' = '1' }, naem = 1 } }\n", 1, 41, None, id="wide letters before the column"
        ),
        pytest.param(
            "[pool]\n[pool.a]\n[pool.a.driver]\n[[pool.a.resources]]\nnaem = 1\n",
            5,
            1,
            "naem = 1",
            id="array of tables",
        ),
        pytest.param(
            "x = '''\n[pool.b]\nnaem = 1\n'''\n[pool.a]\nnaem = 1", 6, 1, "naem = 1", id="text that looks like a block"
        ),
    ],
)
def test_columns_count_characters(tmp_path, text, line, column, shown):
    loaded = load_text(tmp_path, text)
    location = next(one.location for one in loaded.diagnostics if '"naem"' in one.detail)
    assert (location.line, location.column) == (line, column)
    assert location.text == (shown or text.rstrip("\n"))


def test_a_value_before_a_comment_is_shown_and_not_the_comment(tmp_path):
    [fault] = load_text(tmp_path, POOL.replace('"pool-a"', "7 # seven")).diagnostics
    assert fault.location is not None
    assert (fault.location.line, fault.location.column) == (2, 8)


def test_a_long_line_is_cut(tmp_path):
    loaded = load_text(tmp_path, POOL + f"naem = '{'x' * 5000}'\n")
    assert len(loaded.diagnostics[0].location.text) == 1000


def test_removed_and_import_blocks_know_their_lines(tmp_path):
    text = POOL + "[[import]]\nto = 'pool.a'\nid = 'abcd'\n[[removed]]\nfrom = 'pool.b'\ndestroy = true\n"
    desired = load_text(tmp_path, text).desired
    assert (desired.imports[0].location.line, desired.removed[0].location.line) == (6, 9)


def test_a_comment_behind_a_value_takes_no_place_away(tmp_path):
    loaded = load_text(
        tmp_path, POOL.replace('"Dedicate"', '"Dedicated"  # why') + "driver = { gpu_verison = 1 }  # x\n"
    )
    places = [(one.location.line, one.location.column) for one in loaded.diagnostics]
    assert places == [(3, 8), (6, 12)]
