"""``scale``: the count of now, made true at the service and written into the file, or neither."""

import stat

import pytest
from scale_site import FILE, Once, Refusing, begin, find_file, find_holds, read_file, scale
from story_site import CPU, POOL_ID, Story, flatten

from planner.simulator.faults import ResetAfter


@pytest.fixture
def pool(story: Story) -> Story:
    return begin(story)


def test_growth_is_made_and_written_with_comments_and_layout_kept(pool: Story, golden):
    before = read_file(pool)
    ended = scale(pool, f"{CPU}=6", "--reason", "INC-12")
    assert (ended.code, pool.find_counts()) == (0, {f"{CPU}-default": 6})
    assert read_file(pool) == before.replace("count  = 4  ", "count  = 6  ")
    assert pool.is_settled()
    golden("scale/growth.txt", ended.out)


def test_shrinkage_takes_idle_nodes_by_name(pool: Story):
    nodes = pool.list_nodes()
    pool.run_jobs(nodes[0], nodes[2])
    assert scale(pool, f"{CPU}=2").code == 0
    [removal] = pool.take_writes()
    assert sorted(removal.body["deleteNodeNames"]) == sorted([nodes[1], nodes[3]])
    assert (pool.list_nodes(), pool.find_killed()) == ([nodes[0], nodes[2]], [])
    assert "count  = 2  " in read_file(pool)
    assert pool.is_settled()


def test_jobs_that_would_die_are_named_and_block_it(pool: Story):
    pool.run_jobs(*pool.list_nodes()[:3])
    before = read_file(pool)
    ended = scale(pool, f"{CPU}=2")
    assert (ended.code, pool.take_writes(), read_file(pool)) == (1, [], before)
    assert "workloads that would die" in ended.out
    assert "Blocked (max_disruption)" in ended.out
    assert "Changes are blocked, and nothing was sent" in ended.err


def test_a_permission_lets_busy_nodes_go_after_the_idle_ones(pool: Story):
    nodes = pool.list_nodes()
    pool.run_jobs(*nodes[:3])
    assert scale(pool, f"{CPU}=2", "--allow", "pool.a=interrupts").code == 0
    assert nodes[3] not in pool.list_nodes()
    assert len(pool.find_killed()) == 1
    assert pool.is_settled()


def test_up_to_idle_writes_the_count_that_comes_out(pool: Story):
    pool.run_jobs(*pool.list_nodes()[:3])
    ended = scale(pool, f"{CPU}=2", "--up-to-idle", "--hold", "1h")
    assert (ended.code, pool.find_counts(), pool.find_killed()) == (0, {f"{CPU}-default": 3}, [])
    assert "count  = 3  " in read_file(pool)
    assert [one["count"] for one in find_holds(pool)] == [3]
    assert pool.is_settled()


def test_a_count_that_is_there_already_changes_nothing(pool: Story):
    before = read_file(pool)
    ended = scale(pool, f"{CPU}=4")
    assert (ended.code, pool.take_writes(), read_file(pool)) == (0, [], before)
    assert "No changes." in ended.out
    assert "Written" not in ended.out


def test_a_count_that_a_colleague_has_set_already_is_only_written(pool: Story):
    pool.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 5}]}})
    pool.take_writes()
    ended = scale(pool, f"{CPU}=5")
    assert (ended.code, pool.take_writes()) == (0, [])
    assert "main.pools.toml:15: count = 4 -> 5" in ended.out
    assert pool.is_settled()


def test_without_a_terminal_nobody_is_asked_and_nothing_is_done(pool: Story):
    before = read_file(pool)
    ended = pool.run("scale", "pool.a", f"{CPU}=6", "--hold", "1h")
    assert (ended.code, pool.take_writes(), read_file(pool), find_holds(pool)) == (1, [], before, [])
    assert "Scale cancelled." in ended.err


@pytest.mark.parametrize("status", [400, 403, 409])
def test_what_the_service_refuses_is_written_nowhere(pool: Story, status: int):
    before = read_file(pool)
    pool.fail = Refusing("PATCH", status=status)
    ended = scale(pool, f"{CPU}=6", "--hold", "1h")
    assert (ended.code, read_file(pool), find_holds(pool)) == (1, before, [])
    assert "the edit of main.pools.toml was taken back" in flatten(ended.err)
    assert "Written" not in ended.out
    pool.fail = lambda _request: None
    assert pool.is_settled()


def test_what_came_in_part_stays_written_and_an_apply_finishes_it(pool: Story):
    pool.run_jobs(*pool.list_nodes()[:3])
    pool.fail = Refusing("PATCH")
    ended = scale(pool, f"{CPU}=2", "--allow", "pool.a=interrupts", "--hold", "1h")
    assert ended.code == 1
    assert len(pool.list_nodes()) == 3
    assert "count  = 2" in read_file(pool)
    assert "poolctl apply --target 'pool.a' makes it" in flatten(ended.err)
    assert [one["count"] for one in find_holds(pool)] == [2]
    pool.fail = lambda _request: None
    assert pool.apply("--allow", "pool.a=interrupts").code == 0
    assert len(pool.list_nodes()) == 2
    assert pool.is_settled()


def test_an_answer_that_never_came_leaves_file_state_and_service_agreed(pool: Story):
    struck: list[bool] = []

    def lose(request):
        is_first = request.method == "PATCH" and not struck
        struck.extend([True] * is_first)
        return ResetAfter() if is_first else None

    pool.fail = lose
    assert scale(pool, f"{CPU}=6").code == 0
    assert struck == [True]
    assert "count  = 6" in read_file(pool)
    assert pool.find_counts() == {f"{CPU}-default": 6}
    assert pool.is_settled()


def test_a_file_that_somebody_edits_meanwhile_is_left_alone(pool: Story):
    theirs = read_file(pool) + "# theirs\n"
    pool.fail = Once("GET", lambda: find_file(pool).write_text(theirs, encoding="utf-8"))
    ended = scale(pool, f"{CPU}=6", "--hold", "1h")
    assert (ended.code, pool.take_writes(), read_file(pool), find_holds(pool)) == (1, [], theirs, [])
    assert "The file was changed meanwhile" in ended.err


def test_an_edit_that_cannot_be_taken_back_says_what_to_write(pool: Story):
    def refuse(request):
        if request.method != "PATCH":
            return None
        find_file(pool).write_text(read_file(pool) + "# theirs\n", encoding="utf-8")
        return Refusing("PATCH")(request)

    pool.fail = refuse
    ended = scale(pool, f"{CPU}=6")
    assert ended.code == 1
    assert "Write by hand: main.pools.toml:15 count = 4" in flatten(ended.err)
    assert read_file(pool).endswith("# theirs\n")


def test_a_state_that_cannot_be_saved_takes_the_edit_back(pool: Story):
    before = read_file(pool)
    state = pool.directory / "pools.state.json"
    pool.fail = Once("GET", lambda: state.write_text(state.read_text("utf-8") + " ", encoding="utf-8"))
    ended = scale(pool, f"{CPU}=6", "--hold", "1h")
    assert (ended.code, pool.take_writes(), read_file(pool)) == (1, [], before)
    assert "The state was changed meanwhile" in ended.err


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(pool: Story):
    target = pool.directory / "elsewhere.toml"
    find_file(pool).rename(target)
    find_file(pool).symlink_to(target)
    target.chmod(0o640)
    assert scale(pool, f"{CPU}=6").code == 0
    assert find_file(pool).is_symlink()
    assert "count  = 6" in target.read_text("utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        pytest.param("modelarts.vm.cpu.4u=6", "scale.unknown-flavor", f"Did you mean {CPU}?", id="unknown flavor"),
        pytest.param(f"{CPU}=0", "scale.faulty", "An entry of a Dedicate pool has at least one node", id="no node"),
        pytest.param(f"{CPU}=many", "usage", "is no FLAVOR=N", id="no number"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(pool: Story, target: str, code: str, words: str):
    before = read_file(pool)
    ended = scale(pool, target)
    assert (ended.code, pool.take_writes(), read_file(pool)) == (1, [], before)
    assert f"[{code}]" in ended.err
    assert words in flatten(ended.err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["pool.a"], "Say what to scale: FLAVOR=N", id="nothing to scale"),
        pytest.param(["pool.a", f"{CPU}=6", "--hold", "0s"], "at least one second", id="no time to hold"),
        pytest.param(["pool.a", f"{CPU}=6", "--release"], "does nothing else", id="count beside release"),
        pytest.param(["pool.a", "--release", "--hold", "1h"], "does nothing else", id="hold beside release"),
        pytest.param(["pool.b", f"{CPU}=6"], "Did you mean pool.a?", id="unknown address"),
        pytest.param(["a", f"{CPU}=6"], "is no address such as pool.training", id="no address"),
    ],
)
def test_a_wrong_command_line_says_what_to_type(pool: Story, arguments: list[str], words: str):
    ended = pool.run("scale", *arguments)
    assert (ended.code, ended.out, pool.take_writes()) == (1, "", [])
    assert words in flatten(ended.err)


def test_a_pool_that_was_never_applied_has_nothing_to_scale(story: Story):
    story.seed_network("network-maos")
    story.files(FILE)
    ended = scale(story, f"{CPU}=6")
    assert (ended.code, story.take_writes()) == (1, [])
    assert "There is nothing to scale yet" in ended.err


def test_a_count_that_the_files_leave_to_others_is_not_written(pool: Story):
    ignoring = f'[pool.a.lifecycle]\nignore_changes = ["resources[{CPU}].count"]\n'
    pool.files(FILE, ignoring)
    before = read_file(pool)
    ended = scale(pool, f"{CPU}=6")
    assert (ended.code, pool.take_writes(), read_file(pool)) == (1, [], before)
    assert "The files leave this count to others" in ended.err


def test_guards_and_freezes_of_the_pool_hold(pool: Story):
    pool.files(FILE, '[pool.a.freeze]\nuntil = 2999-01-01T00:00:00Z\nreason = "run 42"\n')
    before = read_file(pool)
    ended = scale(pool, f"{CPU}=6")
    assert (ended.code, pool.take_writes(), read_file(pool)) == (1, [], before)
    assert "Blocked (freeze)" in ended.out


def test_drift_of_the_count_is_taken_back_only_by_name(pool: Story):
    assert scale(pool, f"{CPU}=3").code == 0
    pool.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 5}]}})
    pool.files(FILE.replace("count  = 4", "count  = 5"))
    ended = scale(pool, f"{CPU}=3")
    assert (ended.code, "Blocked (drift)" in ended.out) == (1, True)
    assert scale(pool, f"{CPU}=3", "--revert-drift", "pool.a").code == 0
    assert pool.find_counts() == {f"{CPU}-default": 3}


def test_a_receipt_says_that_it_was_a_scale_and_why(pool: Story):
    assert scale(pool, f"{CPU}=6", "--reason", "INC-12").code == 0
    told = pool.run("log")
    assert "scale by" in told.out
    assert "INC-12" in told.out
    assert POOL_ID in pool.find_live("pools")
