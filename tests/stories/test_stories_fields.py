"""Every field that a file may change in place: alone, seen, applied, let go by its rule; all else stays."""

import copy

import pytest
from field_cases import CASES, NPU, TAGS_OF_OTHERS, TAINTS_OF_OTHERS, FieldCase
from story_site import EMPTY, NETWORK_ID, POOL_ID, Json, Story, flatten, make_import_block

from planner.simulator.drafts import Draft

ORDER_NAME = "os.modelarts/order.name"
REMOVED = {name: case for name, case in CASES.items() if case.is_removed}
RELEASED = {name: case for name, case in CASES.items() if not case.is_removed}
IDS = {"pools": POOL_ID, "networks": NETWORK_ID}
ADDRESSES = {"pools": "pool.a", "networks": "network.main"}


def parametrize(cases: dict[str, FieldCase]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(one, id=name) for name, one in cases.items()])


def seed(story: Story, case: FieldCase) -> None:
    """Make a network and a pool that others have written to as well."""
    story.seed_network("network-maos")
    edit(story, "networks", lambda record: record["metadata"]["annotations"].update(theirs="x"))
    ours = {"flavor": case.flavor, "count": 4, "labels": {"theirs": "x"}, "extendParams": {"theirs": "x"}}
    ours |= {"tags": TAGS_OF_OTHERS, "taints": TAINTS_OF_OTHERS}
    version = {"npuVersion": "C78"} if case.flavor == NPU else {"gpuVersion": "440.33"}
    story.seed_pool(
        name="gpu-a",
        entries=[ours, {"flavor": case.flavor, "count": 2, "nodePool": "theirs"}],
        labels={"theirs": "x"},
        annotations={"theirs": "x"},
        spec={"driver": {**version, "updateStrategy": "idle"}},
    )


def edit(story: Story, section: str, change) -> None:
    def apply(world):
        draft = Draft(world)
        record = draft.copy_record(section, IDS[section])
        change(record)
        draft.put(section, IDS[section], value=record)
        return draft.finish()

    story.server.change(apply)


def write(story: Story, case: FieldCase, line: str, *, imports: bool = False) -> None:
    """Write both blocks, with ``line`` where it belongs."""
    in_network = line if case.section == "networks" else ""
    in_entry = line if case.is_entry else ""
    in_pool = line if case.section == "pools" and not case.is_entry else ""
    blocks = [make_import_block(ADDRESSES[one], IDS[one]) for one in IDS] if imports else []
    story.files(
        f'[network.main]\nname = "network-maos"\ncidr = "192.168.0.0/16"\n{in_network}\n',
        f'[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n{in_pool}\n',
        f'[[pool.a.resources]]\nflavor = "{case.flavor}"\ncount = 4\n{in_entry}\n',
        *blocks,
    )


def adopt(story: Story, case: FieldCase, line: str = "") -> dict[str, Json]:
    """Adopt network and pool as they are, and return them."""
    write(story, case, line, imports=True)
    ended = story.apply()
    assert (ended.code, story.take_writes()) == (0, []), ended.err
    return find_worlds(story)


def apply(story: Story, case: FieldCase) -> None:
    ended = story.apply(*(("--allow", case.allow) if case.allow else ()))
    assert ended.code == 0, ended.err


def find_worlds(story: Story) -> dict[str, Json]:
    """Return what users may set of network and pool: what the service notes by itself aside."""
    found = {section: story.find_live(section)[id_] for section, id_ in IDS.items()}
    for one in found.values():
        one["metadata"]["labels"].pop(ORDER_NAME, None)
    return {section: {"metadata": one["metadata"], "spec": one["spec"]} for section, one in found.items()}


def put(worlds: dict[str, Json], case: FieldCase, value: object) -> dict[str, Json]:
    """Return ``worlds`` with ``value`` at the place of the case's field."""
    changed = copy.deepcopy(worlds)
    node = changed[case.section]
    for step in case.place[:-1]:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    node[case.place[-1]] = value
    return changed


def sort_lists(value: object) -> object:
    """Return ``value`` with its lists of texts in order: theirs means nothing."""
    if isinstance(value, dict):
        return {name: sort_lists(one) for name, one in value.items()}
    if isinstance(value, list):
        members = [sort_lists(one) for one in value]
        return sorted(members) if all(isinstance(one, str) for one in members) else members
    return value


def drop_empty(worlds: dict[str, Json]) -> dict[str, Json]:
    """Return ``worlds`` less an empty ``connection``: without lists it says nothing."""
    changed = copy.deepcopy(worlds)
    if not changed["networks"]["spec"].get("connection", True):
        del changed["networks"]["spec"]["connection"]
    return changed


def find_rows(story: Story) -> list[Json]:
    """Return all rows that a plan would change, of whatever address."""
    return [row | {"address": one["address"]} for one in story.plan_json()["changes"] for row in one["fields"]]


def is_planned_alone(story: Story, case: FieldCase) -> bool:
    """Tell whether a plan changes the case's field, member by member perhaps, and nothing else."""
    rows = find_rows(story)
    named = [row for row in rows if row["address"] == ADDRESSES[case.section] and row["path"].startswith(case.label)]
    return bool(rows) and named == rows


def check_line(story: Story, case: FieldCase, index: int) -> None:
    """Write one line: it alone is planned, made and seen, once; then there is nothing to do."""
    expected = put(find_worlds(story), case, case.values[index])
    write(story, case, case.lines[index])
    assert is_planned_alone(story, case)
    apply(story, case)
    assert [one.method for one in story.take_writes()] == ["PATCH"]
    assert sort_lists(find_worlds(story)) == sort_lists(expected)
    assert story.is_settled()


@parametrize(REMOVED)
def test_a_field_is_changed_alone_and_its_deleted_line_removes_it(story: Story, case: FieldCase):
    seed(story, case)
    before = adopt(story, case)
    check_line(story, case, 0)
    check_line(story, case, 1)
    write(story, case, "")
    assert is_planned_alone(story, case)
    apply(story, case)
    assert [one.method for one in story.take_writes()] == ["PATCH"]
    assert drop_empty(find_worlds(story)) == before
    assert story.is_settled()


@parametrize(RELEASED)
def test_a_field_is_changed_alone_and_its_deleted_line_lets_it_be(story: Story, case: FieldCase):
    seed(story, case)
    adopt(story, case)
    check_line(story, case, 0)
    check_line(story, case, 1)
    left = find_worlds(story)
    write(story, case, "")
    planned = story.plan()
    assert (planned.code, planned.out) == (0, EMPTY)
    assert "no longer managed" in flatten(planned.err)
    assert case.label in planned.err
    apply(story, case)
    assert story.take_writes() == []
    assert find_worlds(story) == left
    settled = story.plan()
    assert (settled.code, settled.out, settled.err) == (0, EMPTY, "")


@parametrize(CASES)
def test_the_class_of_each_field_stands_beside_it(story: Story, case: FieldCase):
    seed(story, case)
    adopt(story, case)
    write(story, case, case.lines[0])
    rows = find_rows(story)
    assert {row["disruption"] for row in rows} == {case.disruption}
    assert {row["source"]["file"] for row in rows} == {"main.pools.toml"}


@parametrize(CASES)
def test_trimming_an_adopted_file_sends_nothing(story: Story, case: FieldCase):
    seed(story, case)
    edit(
        story,
        case.section,
        lambda record: record.update(put({case.section: record}, case, case.values[1])[case.section]),
    )
    before = adopt(story, case, case.lines[1])
    write(story, case, "")
    assert story.is_settled()
    apply(story, case)
    assert story.take_writes() == []
    assert find_worlds(story) == before
    assert story.is_settled()
