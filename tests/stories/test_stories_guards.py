"""What apply refuses: guards, freezes, drift; and what lifts it for whom, and for how long."""

import pytest
from story_site import CPU, DESCRIPTION, EMPTY, Json, Story, make_import_block, make_removed_block

HEAD = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'


def make_entry(count: int) -> str:
    return f'[[pool.a.resources]]\nflavor = "{CPU}"\ncount = {count}\n'


@pytest.fixture
def ten(story: Story) -> Story:
    """Return the scene with an adopted pool of ten nodes, whose description poolctl has set."""
    story.seed_pool(name="gpu-a", flavors={CPU: 10})
    story.begin(HEAD, make_entry(10), make_import_block())
    story.begin(HEAD, 'description = "ours"', make_entry(10))
    return story


def write(story: Story, count: int, *blocks: str) -> None:
    story.files(HEAD, 'description = "ours"', make_entry(count), *blocks)


def find_blocks(story: Story, *options: str) -> list[str]:
    return [one["code"] for one in story.plan_json(*options)["blocked"]]


GUARDED = [
    pytest.param(5, "", [], id="half of the nodes may go"),
    pytest.param(4, "", ["max_percent_removed"], id="more than half may not"),
    pytest.param(7, "[guards]\nmax_percent_removed = 20\n", ["max_percent_removed"], id="percent"),
    pytest.param(8, "[guards]\nmax_percent_removed = 20\n", [], id="percent just so"),
    pytest.param(9, "[guards]\nmax_percent_removed = 0\n", [], id="one node may always go"),
    pytest.param(7, "[guards]\nmax_nodes_removed = 2\n", ["max_nodes_removed"], id="nodes removed"),
    pytest.param(8, "[guards]\nmax_nodes_removed = 2\n", [], id="nodes removed just so"),
    pytest.param(7, "[pool.a.guards]\nmax_nodes_removed = 2\n", ["max_nodes_removed"], id="a pool's own guard"),
    pytest.param(40, "", [], id="thirty may come"),
    pytest.param(41, "", ["max_nodes_added"], id="thirty-one may not"),
    pytest.param(13, "[guards]\nmax_nodes_added = 2\n", ["max_nodes_added"], id="nodes added"),
    pytest.param(11, '[guards]\nmax_disruption = "none"\n', ["max_disruption"], id="disruption"),
    pytest.param(9, '[guards]\nmax_disruption = "new_nodes"\n', ["max_disruption"], id="draining"),
    pytest.param(
        3, "[guards]\nmax_nodes_removed = 2\n", ["max_percent_removed", "max_nodes_removed"], id="two at once"
    ),
]


@pytest.mark.parametrize(("count", "guards", "codes"), GUARDED)
def test_guards_count_nodes(ten: Story, count: int, guards: str, codes: list[str]):
    write(ten, count, guards)
    assert find_blocks(ten) == codes
    assert ten.plan().code == 2
    assert ten.apply().code == bool(codes)
    assert len(ten.list_nodes()) == {True: 10, False: count}[bool(codes)]


def test_a_pool_may_not_loosen_the_guards_of_all(ten: Story):
    write(ten, 4, "[guards]\nmax_nodes_removed = 2\n", "[pool.a.guards]\nmax_nodes_removed = 9\n")
    ended = ten.apply()
    assert (ended.code, ten.take_writes()) == (1, [])
    assert "max_nodes_removed" in ended.err


@pytest.mark.parametrize(
    ("until", "code", "left"),
    [pytest.param("2099-01-01", 0, 2, id="valid"), pytest.param("2020-01-01", 1, 10, id="ended")],
)
def test_an_allow_block_lets_so_many_nodes_go_until_it_ends(ten: Story, until: str, code: int, left: int):
    permission = (
        f'[[allow]]\naddress = "pool.a"\nclass = "drains"\nmax_nodes_removed = 8\n'
        f'until = {until}T00:00:00Z\nreason = "INC-12"\n'
    )
    write(ten, 2, permission)
    assert ten.apply().code == code
    assert len(ten.list_nodes()) == left


@pytest.mark.parametrize("option", ["pool.a=drains", "pool.a=interrupts", "pool.a=destroys"])
def test_a_class_lets_no_more_nodes_go(ten: Story, option: str):
    write(ten, 2)
    assert (ten.apply("--allow", option).code, ten.take_writes()) == (1, [])


def test_a_freeze_stops_every_write_and_says_until_when_and_why(ten: Story, golden):
    freeze = '[pool.a.freeze]\nuntil = 2099-01-01T00:00:00Z\nreason = "run 42 must finish"\n'
    write(ten, 11, freeze)
    ended = ten.apply("--allow", "pool.a=destroys")
    assert (ended.code, ten.take_writes()) == (1, [])
    golden("guards/frozen.txt", ended.out)
    write(ten, 11, freeze.replace("2099", "2020"))
    assert ten.apply().code == 0


def test_a_freeze_covers_what_would_delete_the_pool(ten: Story):
    freeze = '[pool.a.freeze]\nuntil = 2099-01-01T00:00:00Z\nreason = "run 42"\n'
    write(ten, 10, freeze)
    ended = ten.apply("--replace", "pool.a", "--allow", "pool.a=destroys")
    assert (ended.code, ten.take_writes()) == (1, [])


def test_a_guard_is_judged_by_the_nodes_that_are_there_at_apply(ten: Story):
    write(ten, 8, "[guards]\nmax_nodes_removed = 2\n")
    assert ten.run("plan", "--out", "p.json").code == 0
    grow(ten, 12)
    assert (ten.run("apply", "p.json").code, ten.take_writes()) == (1, [])


def set_description(pool: Json) -> None:
    pool["metadata"]["annotations"][DESCRIPTION] = "theirs"


def grow(story: Story, count: int) -> None:
    story.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": count}]}})


def find_description(story: Story) -> str:
    text: str = story.find_pool()["metadata"]["annotations"][DESCRIPTION]
    return text


@pytest.mark.parametrize(
    ("guards", "options", "code", "left"),
    [
        pytest.param("", (), 0, "ours", id="harmless drift is reverted"),
        pytest.param('[guards]\non_drift = "revert"\n', (), 0, "ours", id="revert"),
        pytest.param('[guards]\non_drift = "keep"\n', (), 0, "theirs", id="keep"),
        pytest.param('[guards]\non_drift = "stop"\n', (), 1, "theirs", id="stop"),
        pytest.param('[guards]\non_drift = "stop"\n', ("--revert-drift", "pool.a"), 0, "ours", id="reverted once"),
        pytest.param('[guards]\non_drift = "keep"\n', ("--revert-drift", "pool.*"), 0, "ours", id="reverted by a glob"),
        pytest.param('[pool.a.guards]\non_drift = "stop"\n', (), 1, "theirs", id="a pool's own policy"),
    ],
)
def test_drift_of_a_field_of_ours(ten: Story, guards: str, options: tuple[str, ...], code: int, left: str):
    ten.edit_pool(set_description)
    write(ten, 10, guards)
    assert ten.apply(*options).code == code
    assert find_description(ten) == left


def test_drift_that_would_take_nodes_away_stops(ten: Story, golden):
    write(ten, 11)
    ten.begin(HEAD, 'description = "ours"', make_entry(11))
    grow(ten, 14)
    planned = ten.plan()
    golden("guards/drift.txt", planned.out)
    assert (ten.apply().code, ten.take_writes()) == (1, [])
    assert ten.apply("--revert-drift", "pool.a").code == 0
    assert (ten.find_counts(), len(ten.list_nodes())) == ({f"{CPU}-default": 11}, 11)
    assert ten.is_settled()


def test_drift_of_a_field_of_others_is_shown_and_left(ten: Story):
    ten.edit_pool(lambda pool: pool["metadata"]["annotations"].update(theirs="x"))
    planned = ten.plan()
    assert planned.code == 0
    assert "theirs" in planned.out
    assert planned.out.endswith(EMPTY)
    assert (ten.apply().code, ten.take_writes()) == (0, [])


def test_kept_drift_is_said_and_the_plan_is_empty(ten: Story, golden):
    ten.edit_pool(set_description)
    write(ten, 10, '[guards]\non_drift = "keep"\n')
    planned = ten.plan()
    assert planned.code == 0
    golden("guards/kept.txt", planned.out)


def test_a_wish_that_somebody_else_fulfilled_is_done(ten: Story):
    grow(ten, 14)
    write(ten, 14)
    assert (ten.plan().code, ten.apply().code, ten.take_writes()) == (0, 0, [])


def test_ignored_changes_are_drift_and_never_a_change(ten: Story):
    ignore = f'[pool.a.lifecycle]\nignore_changes = ["resources[{CPU}].count", "description"]\n'
    grow(ten, 14)
    ten.edit_pool(set_description)
    write(ten, 10, ignore)
    planned = ten.plan()
    assert (planned.code, ten.apply().code, ten.take_writes()) == (0, 0, [])
    assert "theirs" in planned.out


@pytest.mark.parametrize("phase", ["Waiting", "Error", "Deleting"])
def test_a_phase_in_which_nothing_may_be_changed_blocks(ten: Story, phase: str):
    ten.edit_pool(lambda pool: (pool["status"].update(phase=phase), pool["simulator"].update(stuck=True)))
    write(ten, 11)
    assert find_blocks(ten) == ["phase"]
    assert (ten.apply().code, ten.take_writes()) == (1, [])


def test_a_protected_pool_says_why_it_stays(ten: Story):
    protected = "[pool.a.lifecycle]\nprevent_destroy = true\n"
    write(ten, 10, protected)
    assert ten.apply().code == 0
    ten.files(make_removed_block(destroy=True))
    assert find_blocks(ten, "--allow", "pool.a=destroys") == ["prevent_destroy"]
    assert (ten.apply("--allow", "pool.a=destroys").code, ten.take_writes()) == (1, [])
