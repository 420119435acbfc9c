"""Live values into the text of a file: only the spelling of the value changes, however it is written."""

import pytest
from config_texts import load_text
from hypothesis import given
from hypothesis import strategies as st

from planner.config.documents import Document
from planner.config.drift_edits import find_drift_edits
from planner.config.text_edits import edit_values
from planner.core.addresses import Address
from planner.core.changes import DriftRow
from planner.core.trees import ABSENT

POOL = Address(kind="pool", name="a")
HEAD = '[pool.a]\nname = "pool-a"\ntype = "Dedicate"\n'
ENTRY = '[[pool.a.resources]]\nflavor = "f"\ncount = 1\n'
VOLUMES = [{"volumeType": "SAS", "size": "2Gi", "extendParams": {"volumeGroup": "default"}}]


def edit(directory, text, label, after):
    loaded = load_text(directory, text)
    assert loaded.desired is not None, loaded.diagnostics
    row = DriftRow(address=POOL, label=label, before="", after=after, is_managed=True)
    found = find_drift_edits(loaded.sources, POOL, [row])
    assert found.refused == (), found.refused
    document = edit_values(loaded.sources.documents["main.pools.toml"], found.edits)
    return None if document is None else document.text


@pytest.mark.parametrize(
    ("old", "label", "after", "new"),
    [
        pytest.param('description = "ä"  # ö', "description", "ü", 'description = "ü"  # ö', id="other letters"),
        pytest.param("description = '''old\\'''", "description", "new", 'description = "new"', id="long quotes"),
        pytest.param(
            'driver.gpu_version = "1"', "driver.gpu_version", "2", 'driver.gpu_version = "2"', id="dotted key"
        ),
        pytest.param(
            'labels = {a = "1", "b c"="2"}',
            'labels["b c"]',
            'q"${x}',
            'labels = {a = "1", "b c"="q\\"$${x}"}',
            id="inline",
        ),
        pytest.param(
            'scope = [ "Train",\n  "Infer" ]  # x',
            "scope",
            ["Notebook"],
            'scope = ["Notebook"]  # x',
            id="several lines",
        ),
        pytest.param("description = 'old'\r", "description", "new", 'description = "new"\r', id="line ends of Windows"),
    ],
)
def test_only_the_spelling_of_the_value_changes(tmp_path, old, label, after, new):
    before = f"# head\n{HEAD}{old}\n\n{ENTRY}# tail"
    assert edit(tmp_path, before, label, after) == before.replace(old, new)


@pytest.mark.parametrize(
    ("old", "label", "after", "new"),
    [
        pytest.param("count = 1", "resources[f].count", 7, "count = 7", id="number"),
        pytest.param(
            'data_volumes = [{ volume_type = "SSD", size = "1Gi" }]',
            "resources[f].data_volumes",
            VOLUMES,
            'data_volumes = [{ volume_type = "SAS", size = "2Gi", extend_params = { volume_group = "default" } }]',
            id="list of tables by the names of the files",
        ),
        pytest.param(
            'taints = [{ key = "k", value = "v", effect = "NoExecute" }]',
            "resources[f].taints[k/NoExecute].value",
            "w",
            'taints = [{ key = "k", value = "w", effect = "NoExecute" }]',
            id="entry by its key",
        ),
    ],
)
def test_entries_are_found_by_their_keys(tmp_path, old, label, after, new):
    entry = ENTRY if old in ENTRY else f"{ENTRY}{old}\n"
    other = '[[pool.a.resources]]\nflavor = "f"\nnode_pool = "np"\ncount = 1\n'
    before = HEAD + other + entry
    assert edit(tmp_path, before, label, after) == HEAD + other + entry.replace(old, new)


def test_what_the_file_says_already_is_not_edited(tmp_path):
    assert (
        edit(tmp_path, f'{HEAD}description = "x"\n{ENTRY}', "description", "x") == f'{HEAD}description = "x"\n{ENTRY}'
    )


@pytest.mark.parametrize(
    ("text", "label", "after", "why"),
    [
        pytest.param('description = "v${1 + 1}"', "description", "x", "an expression computes it", id="expression"),
        pytest.param('labels = "${local.l}"', 'labels["a"]', "x", "an expression computes it", id="expression above"),
        pytest.param('description = "x"', "description", ABSENT, "does not have it any more", id="gone"),
        pytest.param('scope = [\n"Train" # x\n]', "scope", ["Infer"], "comments stand inside", id="comment inside"),
    ],
)
def test_what_only_a_person_should_write_is_refused_at_its_line(tmp_path, text, label, after, why):
    loaded = load_text(tmp_path, f'{HEAD}{text}\n{ENTRY}[locals]\nl = {{ a = "1" }}\n')
    assert loaded.desired is not None, loaded.diagnostics
    row = DriftRow(address=POOL, label=label, before="", after=after, is_managed=True)
    found = find_drift_edits(loaded.sources, POOL, [row])
    assert (found.edits, len(found.refused)) == ({}, 1)
    assert why in found.refused[0].detail
    assert found.refused[0].location.line == 4


def test_a_value_that_stands_nowhere_is_not_edited():
    assert edit_values(Document(file="f", text="a = 1\n", tree={"a": 1}), {("b",): "2"}) is None


def test_a_list_of_blocks_is_no_value_to_replace():
    text = "[[a]]\nb = 1\n[[a]]\nb = 2\n"
    assert edit_values(Document(file="f", text=text, tree={"a": [{"b": 1}, {"b": 2}]}), {("a", 0): "{ b = 3 }"}) is None


@given(st.lists(st.integers(-9, 999), min_size=1, max_size=6), st.lists(st.integers(-9, 999), min_size=6, max_size=6))
def test_any_numbers_of_a_list_are_replaced_in_any_number(old, new):
    text = f"o = 'ä'  # x\na = [ {', '.join(map(str, old))} ]  # y\n"
    edits = {("a", index): str(new[index]) for index in range(len(old))}
    edited = edit_values(Document(file="f", text=text, tree={"o": "ä", "a": old}), edits)
    assert edited is not None
    assert edited.tree == {"o": "ä", "a": new[: len(old)]}
