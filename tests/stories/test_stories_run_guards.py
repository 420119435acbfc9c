"""Accelerators, money, the guards of a whole run, and files that loosen what they guard."""

import pytest
from story_site import CPU, GPU, NETWORK_ID, PROJECT, Story, flatten, make_import_block, make_removed_block

PRICES = f'[prices]\n"{CPU}" = 0.1\n"{GPU}" = 3.20\n'
OTHER_ID = f"gpu-b-{PROJECT}"


def make_block(address: str, cpu: int, gpu: int, *lines: str) -> str:
    head = f'[pool.{address}]\nname = "gpu-{address}"\ntype = "Dedicate"\n'
    rows = "".join(
        f'[[pool.{address}.resources]]\nflavor = "{flavor}"\ncount = {count}\n'
        for flavor, count in ((CPU, cpu), (GPU, gpu))
        if count
    )
    return "\n".join((head, *lines, rows))


@pytest.fixture
def two(story: Story) -> Story:
    """Return the scene with two adopted pools of six CPU and four GPU nodes each."""
    story.seed_pool(name="gpu-a", flavors={CPU: 6, GPU: 4})
    story.seed_pool(name="gpu-b", flavors={CPU: 6, GPU: 4})
    imports = make_import_block() + make_import_block("pool.b", OTHER_ID)
    story.begin(make_block("a", 6, 4), make_block("b", 6, 4), imports)
    return story


def find_blocks(story: Story, *options: str) -> list[tuple[str, str]]:
    return [(one["address"], one["code"]) for one in story.plan_json(*options)["blocked"]]


A, B = "pool.a", "pool.b"
LIMITED = [
    pytest.param("max_accelerators_removed = 1", (6, 2), [(A, "max_accelerators_removed")], id="accelerators"),
    pytest.param("max_accelerators_removed = 2", (6, 2), [], id="accelerators just so"),
    pytest.param("max_accelerators_removed = 0", (4, 4), [], id="nodes without accelerators"),
    pytest.param("max_hourly_cost_added = 0.29", (9, 4), [(A, "max_hourly_cost_added")], id="cost"),
    pytest.param("max_hourly_cost_added = 0.3", (9, 4), [], id="cost just so, without float noise"),
    pytest.param("max_hourly_cost_added = 6", (1, 6), [(A, "max_hourly_cost_added")], id="what goes offsets no cost"),
]


@pytest.mark.parametrize(("limit", "counts", "blocked"), LIMITED)
@pytest.mark.parametrize("scope", ["guards", "pool.a.guards"])
def test_accelerators_and_money_are_counted(
    two: Story, scope: str, limit: str, counts: tuple[int, int], blocked: list[tuple[str, str]]
):
    percent = "[guards]\nmax_percent_removed = 100\n"
    guards = f"{percent}{limit}\n" if scope == "guards" else f"{percent}[{scope}]\n{limit}\n"
    two.files(make_block("a", *counts), make_block("b", 6, 4), guards, PRICES)
    assert find_blocks(two) == blocked
    assert two.apply().code == bool(blocked)


def test_growth_of_a_flavor_without_a_price_is_the_worst_case(two: Story):
    two.files(make_block("a", 7, 5), make_block("b", 6, 4), f'[prices]\n"{CPU}" = 1\n', COST)
    [block] = two.plan_json()["blocked"]
    assert block["code"] == "max_hourly_cost_added"
    assert f"names no price for {GPU}" in block["detail"]


COST = "[guards]\nmax_hourly_cost_added = 100\n"


def test_the_summary_says_what_an_hour_costs_before_and_after(two: Story):
    two.files(make_block("a", 7, 3), make_block("b", 6, 4), PRICES)
    assert "Cost per hour: 26.80 -> 23.70.\n" in two.plan().out
    assert two.plan_json()["summary"]["hourly_cost"] == {"before": "26.80", "after": "23.70", "unpriced": []}
    two.files(make_block("a", 7, 3), make_block("b", 6, 4), f'[prices]\n"{GPU}" = 3.125\n')
    assert f"Cost per hour: 25.00 -> 21.875, without {CPU}.\n" in two.plan().out
    two.files(make_block("a", 7, 3), make_block("b", 6, 4))
    assert "Cost per hour" not in two.plan().out


RUNS = [
    pytest.param("max_nodes_removed = 4", (4, 4, 4, 4), [], id="nodes just so"),
    pytest.param("max_nodes_removed = 3", (4, 4, 4, 4), ["max_nodes_removed"] * 2, id="nodes removed"),
    pytest.param("max_nodes_removed = 3", (4, 4, 8, 4), [], id="growth elsewhere"),
    pytest.param("max_percent_removed = 15", (4, 4, 4, 4), ["max_percent_removed"] * 2, id="percent of all nodes"),
    pytest.param("max_percent_removed = 20", (4, 4, 4, 4), [], id="percent just so"),
    pytest.param("max_nodes_added = 3", (8, 4, 8, 4), ["max_nodes_added"] * 2, id="nodes added"),
    pytest.param("max_nodes_added = 4", (8, 4, 8, 4), [], id="nodes added just so"),
    pytest.param("max_accelerators_removed = 1", (6, 3, 6, 3), ["max_accelerators_removed"] * 2, id="accelerators"),
    pytest.param("max_hourly_cost_added = 6.3", (6, 5, 6, 5), ["max_hourly_cost_added"] * 2, id="cost"),
    pytest.param("max_hourly_cost_added = 6.4", (6, 5, 6, 5), [], id="cost just so"),
    pytest.param('max_disruption = "new_nodes"', (7, 4, 5, 4), ["max_disruption"], id="disruption"),
]


@pytest.mark.parametrize(("limit", "counts", "codes"), RUNS)
def test_the_guards_of_a_run_count_over_all_pools(two: Story, limit: str, counts: tuple[int, ...], codes: list[str]):
    two.files(make_block("a", *counts[:2]), make_block("b", *counts[2:]), f"[guards.run]\n{limit}\n", PRICES)
    assert [code for _, code in find_blocks(two)] == [f"run.{code}" for code in codes]
    assert two.apply().code == bool(codes)


def test_only_who_has_a_part_in_it_is_blocked_by_the_run(two: Story, golden):
    two.files(make_block("a", 4, 4), make_block("b", 7, 4), "[guards.run]\nmax_nodes_removed = 1\n")
    assert find_blocks(two) == [(A, "run.max_nodes_removed")]
    golden("guards/run.txt", two.plan().out)
    assert (two.apply().code, two.take_writes()) == (1, [])
    assert two.apply("--skip-blocked").code == 1
    assert two.find_counts(OTHER_ID) == {f"{CPU}-default": 7, f"{GPU}-default": 4}


def test_a_deleted_pool_goes_with_all_its_nodes(two: Story):
    two.files(
        make_block("a", 6, 4), make_removed_block("pool.b", destroy=True), "[guards.run]\nmax_nodes_removed = 9\n"
    )
    assert find_blocks(two, "--allow", "pool.b=destroys") == [(B, "run.max_nodes_removed")]
    assert (two.apply("--allow", "pool.b=destroys").code, two.take_writes()) == (1, [])


def test_a_replaced_pool_goes_and_comes_with_all_its_nodes(two: Story):
    limits = "[guards.run]\nmax_nodes_removed = 9\nmax_nodes_added = 9\nmax_accelerators_removed = 3\n"
    network = f'network = "{NETWORK_ID}"'
    two.files(make_block("a", 6, 4), make_block("b", 6, 4, network), limits + "max_hourly_cost_added = 0\n", PRICES)
    blocked = find_blocks(two, "--replace", "pool.b", "--allow", "pool.b=destroys")
    assert blocked == [
        (B, "run.max_nodes_removed"),
        (B, "run.max_accelerators_removed"),
        (B, "run.max_nodes_added"),
    ]


def test_nodes_that_a_reviewer_let_go_do_not_count_for_the_run(two: Story):
    permission = '[[allow]]\naddress = "pool.a"\nmax_nodes_removed = 2\nuntil = 2099-01-01T00:00:00Z\n'
    limit = "[guards.run]\nmax_nodes_removed = 2\n"
    two.files(make_block("a", 4, 4), make_block("b", 4, 4), limit)
    assert len(find_blocks(two)) == 2
    two.files(make_block("a", 4, 4), make_block("b", 4, 4), limit, permission)
    assert find_blocks(two) == []
    assert two.apply().code == 0


def test_what_is_left_out_does_not_count_for_the_run(two: Story):
    two.files(make_block("a", 1, 1), make_block("b", 5, 4), "[guards.run]\nmax_nodes_removed = 2\n")
    assert find_blocks(two) == [(A, "max_percent_removed"), (A, "run.max_nodes_removed"), (B, "run.max_nodes_removed")]
    assert two.apply("--skip-blocked").code == 1
    assert two.find_counts(OTHER_ID) == {f"{CPU}-default": 5, f"{GPU}-default": 4}
    assert two.find_counts() == {f"{CPU}-default": 6, f"{GPU}-default": 4}


def test_what_is_not_approved_does_not_count_for_the_run(two: Story):
    two.files(make_block("a", 5, 4), make_block("b", 5, 4), "[guards.run]\nmax_nodes_removed = 1\n")
    digests = {one["address"]: one["digest"] for one in two.plan_json()["changes"]}
    assert two.run("apply", "--expect", digests[A]).code == 1
    assert two.find_counts() == {f"{CPU}-default": 5, f"{GPU}-default": 4}
    assert two.find_counts(OTHER_ID) == {f"{CPU}-default": 6, f"{GPU}-default": 4}


def resize_b(story: Story, cpu: int) -> None:
    resources = [{"flavor": CPU, "count": cpu}, {"flavor": GPU, "count": 4}]
    story.patch_pool({"spec": {"resources": resources}}, OTHER_ID)


@pytest.mark.parametrize(
    ("cpu_of_b", "left", "code"),
    [pytest.param(6, 4, 0, id="as planned: 2 of 20"), pytest.param(2, 6, 1, id="one pool is smaller now: 2 of 16")],
)
def test_a_saved_plan_meets_the_guards_of_the_run_with_the_counts_of_today(
    two: Story, cpu_of_b: int, left: int, code: int
):
    ranged = make_block("b", 6, 4).replace("count = 6", "count = { min = 2, max = 7 }")
    two.files(make_block("a", 4, 4), ranged, "[guards.run]\nmax_percent_removed = 10\n")
    assert two.run("plan", "--out", "p.json").code == 0
    assert find_blocks(two) == []
    resize_b(two, cpu_of_b)
    two.take_writes()
    ended = two.run("apply", "p.json")
    assert (ended.code, bool(two.take_writes())) == (code, code == 0)
    assert two.find_counts() == {f"{CPU}-default": left, f"{GPU}-default": 4}


FIRST_LINES = [
    pytest.param("[guards]\nmax_percent_removed = 80\n", "[guards] max_percent_removed 50 -> 80", id="percent"),
    pytest.param("[guards]\nmax_nodes_added = 40\n", "[guards] max_nodes_added 30 -> 40", id="nodes added"),
    pytest.param(
        '[guards]\nmax_disruption = "destroys"\n', "[guards] max_disruption drains -> destroys", id="disruption"
    ),
    pytest.param('[guards]\non_drift = "revert"\n', "[guards] on_drift by class -> revert", id="drift"),
]


@pytest.mark.parametrize(("guards", "words"), FIRST_LINES)
def test_a_plan_whose_files_loosen_a_default_says_so_first(two: Story, guards: str, words: str):
    two.files(make_block("a", 6, 4), make_block("b", 6, 4), guards)
    planned = two.plan()
    assert planned.out.splitlines()[0] == f"Warning: the files loosen guards: {words}"
    assert planned.code == 0
    assert two.apply().code == 0
    assert not two.plan().out.startswith("Warning")


LOOSER = [
    pytest.param("[guards]\nmax_nodes_removed = 2\n", "", "[guards] max_nodes_removed 2 -> no limit", id="line gone"),
    pytest.param(
        "[guards.run]\nmax_nodes_added = 2\n",
        "[guards.run]\nmax_nodes_added = 3\n",
        "[guards.run] max_nodes_added 2 -> 3",
        id="limit of the run",
    ),
    pytest.param(
        "[guards.run]\nmax_nodes_added = 2\n", "", "[guards.run] max_nodes_added 2 -> no limit", id="run gone"
    ),
    pytest.param(
        "[pool.a.guards]\nmax_nodes_removed = 1\n", "", "[pool.a] max_nodes_removed 1 -> no limit", id="a pool's own"
    ),
    pytest.param(
        f"{PRICES}[guards]\nmax_hourly_cost_added = 1.5\n",
        f"{PRICES}[guards]\nmax_hourly_cost_added = 2.25\n",
        "[guards] max_hourly_cost_added 1.50 -> 2.25",
        id="cost",
    ),
    pytest.param(
        '[guards]\non_drift = "stop"\n', '[guards]\non_drift = "keep"\n', "[guards] on_drift stop -> keep", id="drift"
    ),
]


@pytest.mark.parametrize(("before", "after", "words"), LOOSER)
def test_a_guard_is_compared_with_what_was_applied_last(two: Story, before: str, after: str, words: str):
    pools = (make_block("a", 6, 4), make_block("b", 6, 4))
    two.begin(*pools, before)
    two.files(*pools, after)
    for_reviewers = two.plan()
    assert for_reviewers.out.splitlines()[0] == f"Warning: the files loosen guards: {words}"
    assert len(two.plan_json()["loosened"]) == 1
    assert two.apply().code == 0
    assert two.plan_json()["loosened"] == []


def test_a_tightened_guard_is_not_worth_a_line(two: Story):
    pools = (make_block("a", 6, 4), make_block("b", 6, 4))
    two.files(*pools, "[guards]\nmax_nodes_removed = 1\nmax_percent_removed = 10\n")
    assert two.plan_json()["loosened"] == []


def test_a_refused_apply_does_not_make_looser_guards_the_usual_ones(two: Story):
    pools = (make_block("a", 1, 1), make_block("b", 6, 4))
    two.files(*pools, "[guards]\nmax_nodes_added = 40\n")
    assert two.apply().code == 1
    assert [one["key"] for one in two.plan_json()["loosened"]] == ["max_nodes_added"]


def test_a_limit_on_cost_without_prices_is_an_error_with_its_place(two: Story):
    two.files(make_block("a", 6, 4), make_block("b", 6, 4), COST)
    ended = two.plan()
    assert ended.code == 1
    assert "[config.no-prices]" in ended.err
    assert "max_hourly_cost_added = 100" in ended.err


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        pytest.param("max_accelerators_removed = 1", "max_accelerators_removed = 2", id="accelerators"),
        pytest.param("max_hourly_cost_added = 1.5", "max_hourly_cost_added = 1.6", id="cost"),
    ],
)
def test_a_pool_may_only_tighten_the_newer_guards_too(two: Story, outer: str, inner: str):
    guards = f"[guards]\n{outer}\n[pool.a.guards]\n{inner}\n"
    two.files(make_block("a", 6, 4), make_block("b", 6, 4), guards, PRICES)
    ended = two.plan()
    assert (ended.code, "[config.guard-loosened]" in ended.err) == (1, True)
    assert "main.pools.toml line" in flatten(ended.err)
