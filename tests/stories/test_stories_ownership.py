"""Whose a field is: ranges, ``ignore_changes``, and what becomes of drift that nobody asked for (semantics 2.3-2.5)."""

import pytest
from story_site import CPU, DESCRIPTION, GPU, NETWORK_ID, POOL_ID, Json, Story, flatten, make_import_block

HEAD = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'


def make_entry(count: str, *lines: str, flavor: str = CPU) -> str:
    return "\n".join(("[[pool.a.resources]]", f'flavor = "{flavor}"', f"count = {count}", *lines, ""))


def ignore(*paths: str) -> str:
    return f"[pool.a.lifecycle]\nignore_changes = [{', '.join(repr(one) for one in paths)}]\n"


def resize(story: Story, cpu: int) -> None:
    """Let a colleague resize the pool's CPU nodes."""
    rest = story.find_pool()["spec"]["resources"][1:]
    story.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": cpu}, *rest]}})


def count(story: Story) -> int:
    return story.find_counts()[f"{CPU}-default"]


@pytest.fixture
def six(story: Story) -> Story:
    """Return the scene with an adopted pool of six CPU nodes that poolctl has sized and described."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 5})
    story.begin(HEAD, make_entry("5"), make_import_block())
    story.begin(HEAD, 'description = "ours"\n', make_entry("6"))
    return story


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        pytest.param("{ min = 2, max = 8, initial = 3 }", 3, id="initial"),
        pytest.param("{ min = 2, max = 8 }", 2, id="initial defaults to min"),
    ],
)
def test_a_range_is_made_at_its_initial_count_and_left_alone_inside(story: Story, wanted: str, made: int):
    story.seed_network("network-maos")
    story.begin(HEAD, f'network = "{NETWORK_ID}"\n', make_entry(wanted))
    assert count(story) == made
    resize(story, 8)
    assert story.is_settled()
    assert (story.apply().code, story.take_writes(), count(story)) == (0, [], 8)


@pytest.mark.parametrize(
    ("live", "bound"), [pytest.param(9, 8, id="above"), pytest.param(1, 2, id="below"), pytest.param(8, 8, id="at it")]
)
def test_outside_of_a_range_the_nearer_bound_is_wanted(six: Story, live: int, bound: int):
    six.begin(HEAD, 'description = "ours"\n', make_entry("{ min = 2, max = 8 }"))
    resize(six, live)
    assert six.apply("--revert-drift", "pool.a").code == 0
    assert count(six) == bound
    assert six.is_settled()


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(make_entry("{ min = 0, max = 2 }"), id="nothing at least"),
        pytest.param(make_entry("{ min = 3, max = 2 }"), id="upside down"),
        pytest.param(make_entry("{ min = 1, max = 3, initial = 4 }"), id="initial outside"),
        pytest.param(make_entry("{ min = 1, max = 3 }", 'azs = [{ az = "eu-de-01", count = 2 }]'), id="with zones"),
    ],
)
def test_a_range_that_makes_no_sense_is_an_error(story: Story, entry: str):
    story.files(HEAD, entry)
    ended = story.run("validate")
    assert (ended.code, "main.pools.toml line" in flatten(ended.err)) == (1, True)


def test_an_ignored_field_has_the_configured_value_on_create_and_the_live_one_after(story: Story):
    story.seed_network("network-maos")
    blocks = (HEAD, f'network = "{NETWORK_ID}"\ndescription = "first"\n', make_entry("3"))
    story.begin(*blocks, ignore("description", f"resources[{CPU}].count"))
    assert (count(story), find_description(story)) == (3, "first")
    story.edit_pool(describe)
    resize(story, 5)
    assert story.is_settled()
    assert "theirs" in story.plan().out
    assert {(row["path"], row["policy"]) for row in story.plan_json()["drift"] if row["is_managed"]} == {
        ("description", ""),
        (f"resources[{CPU}].count", ""),
    }


def describe(pool: Json) -> None:
    pool["metadata"]["annotations"][DESCRIPTION] = "theirs"


def find_description(story: Story) -> str:
    text: str = story.find_pool()["metadata"]["annotations"][DESCRIPTION]
    return text


def test_an_ignored_field_is_never_taken_off_when_its_line_goes(six: Story):
    six.begin(HEAD, 'description = "ours"\n', make_entry("6"), ignore("description"))
    six.files(HEAD, make_entry("6"), ignore("description"))
    assert (six.apply().code, six.take_writes(), find_description(six)) == (0, [], "ours")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("driver.gpu_version", id="a member"),
        pytest.param(f"resources[{GPU}].count", id="a member of an entry"),
        pytest.param(f"resources[{GPU}]", id="every entry of a flavor"),
        pytest.param("resources[*]", id="every entry"),
        pytest.param('annotations["team"]', id="an annotation"),
    ],
)
def test_paths_of_the_files_name_what_is_ignored(story: Story, path: str):
    story.seed_pool(name="gpu-a", flavors={GPU: 2}, annotations={"team": "a"})
    lines = 'driver = { gpu_version = "440.33", update_strategy = "idle" }\nannotations = { team = "a" }\n'
    blocks = (HEAD, lines, make_entry("2", flavor=GPU), ignore(path))
    story.begin(*blocks, make_import_block())
    asked = (HEAD, lines.replace("440.33", "470.57").replace('"a"', '"b"'), make_entry("3", flavor=GPU))
    story.files(*asked)
    before = {one["path"] for one in story.plan_json()["changes"][0]["fields"]}
    story.files(*asked, ignore(path))
    left = {one["path"] for one in story.plan_json()["changes"][0]["fields"]}
    assert left < before
    assert len(before - left) == 1


def test_an_ignored_path_that_matches_nothing_is_an_error(story: Story):
    story.files(HEAD, make_entry("3"), ignore(f"resources[{GPU}].count"))
    ended = story.run("validate")
    assert (ended.code, "[config.ignore-changes]" in ended.err) == (1, True)


POLICIES = [
    pytest.param("", 7, 1, 7, "stop", id="more nodes by default"),
    pytest.param("", 5, 0, 6, "revert", id="fewer nodes by default"),
    pytest.param('on_drift = "keep"\n', 7, 0, 7, "keep", id="more nodes kept"),
    pytest.param('on_drift = "keep"\n', 5, 0, 5, "keep", id="fewer nodes kept"),
    pytest.param('on_drift = "revert"\n', 7, 0, 6, "revert", id="more nodes reverted"),
    pytest.param('on_drift = "stop"\n', 5, 1, 5, "stop", id="fewer nodes stop"),
]


@pytest.mark.parametrize(("rule", "live", "code", "left", "policy"), POLICIES)
def test_drift_of_a_count_is_shown_with_its_policy_and_treated_so(
    six: Story, rule: str, live: int, code: int, left: int, policy: str
):
    resize(six, live)
    six.files(HEAD, 'description = "ours"\n', make_entry("6"), f"[guards]\n{rule}" if rule else "")
    rows = {row["path"]: row for row in six.plan_json()["drift"]}
    assert (rows[f"resources[{CPU}].count"]["is_managed"], rows[f"resources[{CPU}].count"]["policy"]) == (True, policy)
    assert six.apply().code == code
    assert count(six) == left


def test_drift_is_reverted_once_and_not_the_next_time(six: Story):
    resize(six, 7)
    assert six.apply("--revert-drift", "pool.a").code == 0
    assert count(six) == 6
    resize(six, 8)
    assert (six.apply().code, count(six)) == (1, 8)


def test_drift_that_stops_one_address_stops_no_other(six: Story):
    six.seed_pool(name="gpu-b", flavors={CPU: 1})
    other = '[pool.b]\nname = "gpu-b"\ntype = "Dedicate"\n[[pool.b.resources]]\n' + f'flavor = "{CPU}"\ncount = 1\n'
    imported = make_import_block("pool.b", POOL_ID.replace("gpu-a", "gpu-b"))
    resize(six, 7)
    six.files(HEAD, 'description = "ours"\n', make_entry("6"), other, imported)
    assert {(one["address"], one["code"]) for one in six.plan_json()["blocked"]} == {("pool.a", "drift")}
    assert six.apply("--skip-blocked").code == 1
    assert sorted(six.load_state()["resources"]) == ["pool.a", "pool.b"]


def test_a_changed_wish_is_no_drift_and_is_guarded_as_a_change(six: Story):
    resize(six, 7)
    six.files(HEAD, 'description = "ours"\n', make_entry("5"))
    plan = six.plan_json()
    assert ([one["code"] for one in plan["blocked"]], plan["changes"][0]["reason"]) == ([], "changed")
    assert (six.apply().code, count(six)) == (0, 5)
