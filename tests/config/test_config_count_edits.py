"""Which number of the files a scaled count is, and why some cannot be edited there."""

import pytest
from config_texts import BARE, NETWORK, load_text

from planner.config.count_edits import CountEdits, find_count_edits
from planner.config.text_edits import NumberEdit, edit_numbers
from planner.core.addresses import Address, parse_address
from planner.core.inputs import InputVariable
from planner.core.scaling import parse_scale_target

POOL = Address(kind="pool", name="a")
PLAIN = "[[pool.a.resources]]\nflavor = 'f'\ncount = 3 # three\n"
EQUAL = "[[pool.a.resources]]\nflavor = 'f'\ncount = 0x3\nmax_count = 3\n"
INLINE = "resources = [\n  { flavor = 'g', count = 3, labels = { n = 'é3' } }, { flavor = 'f', count = +3 }, # 3\n]\n"
ZONE = "[[pool.a.resources]]\nflavor = 'f'\nazs = [{ az = 'z1', count = 1_0 }]\n"
ZONES = "[[pool.a.resources]]\nflavor = 'f'\ncount = 3\nazs = [{ az = 'z1', count = 1 },\r\n{ az = 'z2', count = 2 }]\n"
POOLS = (
    "[[pool.a.resources]]\nflavor = 'f'\ncount = 1\n[[pool.a.resources]]\nflavor = 'f'\nnode_pool = 'np'\ncount = 2\n"
)
STEPS = "".join(
    f"[[pool.a.resources]]\nflavor = 'f'\ncount = 8\ncreating_step = {{ step = {step}, type = 'rack' }}\n"
    for step in (2, 4)
)
BEGUN = "[[pool.a.resources]]\nflavor = 'f'\ncount = { min = 2, max = 4, initial = 3 }\n"
LOCAL = "[[pool.a.resources]]\nflavor = 'f'\ncount = '${local.n}'\n[locals]\nn = '${ var.m }'\n[variable.m]\ntype = 'int'\ndefault = 3\n"
SUM = LOCAL.replace("${local.n}", "${local.n + 1}")
HALF = (
    "[[pool.a.resources]]\nflavor = 'f'\ncount = 3\nazs = [{ az = 'z1', count = '${local.n}' }, { az = 'z2', count = 2 }]\n"
    "[locals]\nn = 1\n"
)
WHOLE = "[[pool.a.resources]]\nflavor = 'f'\nazs = \"${[{'az': 'z1', 'count': 2}]}\"\n"
RANGE = "[[pool.a.resources]]\nflavor = 'f'\ncount = { min = 1, max = 4 }\n"


def find(tmp_path, text: str, *targets: str, address: Address = POOL) -> CountEdits:
    loaded = load_text(tmp_path, BARE + text)
    assert loaded.desired is not None, loaded.diagnostics
    asked = [one for one in map(parse_scale_target, targets) if one is not None]
    assert len(asked) == len(targets)
    return find_count_edits(loaded.sources, loaded.desired, address=address, targets=asked)


@pytest.mark.parametrize(
    ("text", "targets", "before", "after"),
    [
        pytest.param(PLAIN, ["f=5"], "count = 3 #", "count = 5 #", id="a plain count, its comment kept"),
        pytest.param(PLAIN, ["f/f-default=15"], "count = 3 #", "count = 15 #", id="the default node pool by its name"),
        pytest.param(
            EQUAL, ["f=4"], "0x3\nmax_count = 3", "4\nmax_count = 4", id="max_count follows where it is equal"
        ),
        pytest.param(
            INLINE, ["f=12"], "count = +3", "count = 12", id="an entry of an inline list, after other letters"
        ),
        pytest.param(
            INLINE,
            ["f=1", "g=2"],
            "count = 3, labels = { n = 'é3' } }, { flavor = 'f', count = +3",
            "count = 2, labels = { n = 'é3' } }, { flavor = 'f', count = 1",
            id="two entries on one line",
        ),
        pytest.param(ZONE, ["f=4"], "1_0", "4", id="one zone needs no name"),
        pytest.param(ZONE, ["f@z1=4"], "1_0", "4", id="one zone by its name"),
        pytest.param(
            ZONES,
            ["f@z2=5"],
            "count = 3\nazs = [{ az = 'z1', count = 1 },\r\n{ az = 'z2', count = 2 }]",
            "count = 6\nazs = [{ az = 'z1', count = 1 },\r\n{ az = 'z2', count = 5 }]",
            id="a zone of two, and the sum",
        ),
        pytest.param(
            ZONES,
            ["f@z2=5", "f@z1=4"],
            "count = 3\nazs = [{ az = 'z1', count = 1 },\r\n{ az = 'z2', count = 2 }]",
            "count = 9\nazs = [{ az = 'z1', count = 4 },\r\n{ az = 'z2', count = 5 }]",
            id="two zones, and the sum of both",
        ),
        pytest.param(
            HALF.replace("count = 3\n", ""), ["f@z2=5"], "count = 2", "count = 5", id="a zone beside a computed one"
        ),
        pytest.param(POOLS, ["f/np=7"], "count = 2", "count = 7", id="a node pool of two"),
        pytest.param(POOLS, ["f/f-default=7"], "count = 1", "count = 7", id="the default one of two"),
    ],
)
def test_the_number_and_nothing_else_becomes_another(tmp_path, text: str, targets: list[str], before: str, after: str):
    found = find(tmp_path, text, *targets)
    assert found.faults == ()
    document = load_text(tmp_path, BARE + text).sources.documents[found.edits[0].file]
    edited = edit_numbers(document, found.edits)
    assert edited is not None
    assert edited.text == (BARE + text).replace(before, after)


@pytest.mark.parametrize(
    ("text", "targets", "codes", "words"),
    [
        pytest.param(PLAIN, ["ff=5"], ["scale.unknown-flavor"], "Did you mean f?", id="unknown flavor"),
        pytest.param(PLAIN, ["f@z1=5"], ["scale.zone"], "Leave @z1 out", id="zone of an entry without zones"),
        pytest.param(ZONES, ["f=5"], ["scale.zone"], "f@z1=N, f@z2=N", id="which zone"),
        pytest.param(ZONES, ["f@z9=5"], ["scale.zone"], "Its zones: z1, z2", id="unknown zone"),
        pytest.param(ZONES, ["f@z1=5", "f@z1=6"], ["scale.twice"], "Give one", id="a zone twice"),
        pytest.param(ZONES, ["f@z1=5", "f=6"], ["scale.twice"], "Give one", id="a zone and all"),
        pytest.param(POOLS, ["f=5"], ["scale.node-pool"], "f/f-default=N, f/np=N", id="which node pool"),
        pytest.param(POOLS, ["f/npx=5"], ["scale.node-pool"], "no node pool npx", id="unknown node pool"),
        pytest.param(STEPS, ["f=8"], ["scale.node-pool"], "edit one by hand", id="entries of two creating steps"),
        pytest.param(
            RANGE, ["f=3"], ["scale.range"], "at least 3 nodes write count = { min = 3, max = 4 };", id="a range"
        ),
        pytest.param(
            RANGE,
            ["f=9"],
            ["scale.range"],
            "write count = { min = 1, max = 9 }; for exactly 9: count = 9.",
            id="above a range",
        ),
        pytest.param(
            BEGUN,
            ["f=1"],
            ["scale.range"],
            "(min = 2): to permit it, write count = { min = 1, max = 4, initial = 3 }",
            id="below a range",
        ),
        pytest.param(
            BEGUN,
            ["f=2"],
            ["scale.range"],
            "at most 2: count = { min = 2, max = 2, initial = 2 };",
            id="a range that begins elsewhere",
        ),
        pytest.param(
            LOCAL,
            ["f=5"],
            ["scale.expression"],
            "It is local.n = var.m, which main.pools.toml line 12 sets to 3: write default = 5 there; all",
            id="a local that is a variable",
        ),
        pytest.param(
            SUM,
            ["f=5"],
            ["scale.expression"],
            "Change what it is computed from, or write a number here.",
            id="more than a name",
        ),
        pytest.param(
            HALF,
            ["f@z2=5"],
            ["scale.expression"],
            "which main.pools.toml line 10 sets to 1; all",
            id="a sum with another zone that is computed",
        ),
        pytest.param(
            WHOLE, ["f@z1=5"], ["scale.expression"], "Change what it is computed from", id="all zones computed"
        ),
        pytest.param(POOLS, ["x=1", "f=5"], ["scale.unknown-flavor", "scale.node-pool"], "", id="all faults at once"),
    ],
)
def test_what_cannot_be_edited_is_told_in_words(tmp_path, text: str, targets: list[str], codes: list[str], words: str):
    found = find(tmp_path, text, *targets)
    assert [one.code for one in found.faults] == codes
    assert words in found.faults[0].detail
    assert all(one.detail.endswith("Nothing was changed.") for one in found.faults)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("environment", "comes from POOLCTL_VAR_m in the environment: set that to 5", id="environment"),
        pytest.param("auto_file", "comes from a *.auto.vars.toml file: write m = 5 there", id="automatic file"),
        pytest.param("file", "comes from the file of --var-file: write m = 5 there", id="file of an option"),
        pytest.param("option", "comes from the command line: give --var m=5", id="option"),
        pytest.param("default", "line 12 sets to 3: write default = 5 there", id="default"),
    ],
)
def test_a_count_from_a_variable_is_changed_where_its_value_comes_from(tmp_path, source: str, words: str):
    loaded = load_text(tmp_path, BARE + LOCAL)
    target = parse_scale_target("f=5")
    assert loaded.desired is not None
    assert target is not None
    given = [InputVariable(name="m", value=3, source=source)]
    found = find_count_edits(loaded.sources, loaded.desired, address=POOL, targets=[target], variables=given)
    assert words in found.faults[0].detail


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("pool.b", "Did you mean pool.a?", id="a pool that no file has"),
        pytest.param("network.main", "only pools are scaled", id="a network"),
    ],
)
def test_an_address_without_counts_is_told(tmp_path, address: str, words: str):
    named = parse_address(address)
    assert named is not None
    [fault] = find(tmp_path, PLAIN + NETWORK, "f=5", address=named).faults
    assert fault.code == "scale.address"
    assert words in fault.detail


def test_a_number_that_is_not_where_it_was_said_is_not_edited(tmp_path):
    document = load_text(tmp_path, BARE + PLAIN).sources.documents["main.pools.toml"]
    wrong = [("pool", "a", "name"), ("pool", "a", "nothing"), ("pool", "a", "resources", 0)]
    edits = [NumberEdit(file="main.pools.toml", path=path, label="", line=1, before=1, after=2) for path in wrong]
    assert [edit_numbers(document, [one]) for one in edits] == [None, None, None]
