"""``drift adopt``: the live value into the right line of the right file, and nothing else of it."""

import pytest
from story_site import CPU, DESCRIPTION, GPU, Story, flatten, make_import_block

BLOCK = f"""
# the pool of team vision
[pool.a]
name        = "gpu-a"  # as the console shows it
type = 'Dedicate'
description = 'old'   # say more
annotations = {{ team = "vision", "x y" = "b" }}
scope = ["Train"]   # whole

[[pool.a.resources]]
flavor = "{GPU}"
count  = 2   # two

[[pool.a.resources]]
count = 1
flavor = "{CPU}"
taints = [
  # never on these
  {{ key = "team", value = "vision", effect = "NoSchedule" }},
]
"""
TAINT = {"key": "team", "value": "vision", "effect": "NoSchedule"}


@pytest.fixture
def drifted(story):
    """A pool of which others changed five fields that the file sets, and two that it does not."""
    story.seed_pool(
        name="gpu-a",
        entries=[{"flavor": GPU, "count": 2}, {"flavor": CPU, "count": 1, "taints": [TAINT]}],
        annotations={DESCRIPTION: "old", "team": "vision", "x y": "b"},
    )
    story.begin(BLOCK, make_import_block())
    annotations = {DESCRIPTION: "new ${x} q", "team": "speech", "theirs": "1"}
    story.patch_pool({"metadata": {"annotations": annotations}})
    story.patch_pool({"spec": {"scope": ["Train", "Infer"]}})
    entries = [{"flavor": GPU, "count": 5}, {"flavor": CPU, "count": 1, "taints": [{**TAINT, "value": "speech"}]}]
    story.patch_pool({"spec": {"resources": entries}})
    story.take_writes()
    return story


def read(story: Story) -> str:
    return (story.directory / "main.pools.toml").read_text(encoding="utf-8")


def test_live_values_take_the_place_of_those_in_the_file_and_nothing_else_moves(drifted, golden):
    before = read(drifted)
    state = drifted.load_state()
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    assert (ended.code, ended.err) == (0, "Wrote main.pools.toml.\n")
    assert read(drifted) == (
        before.replace("'old'", '"new $${x} q"')
        .replace('team = "vision", "x y"', 'team = "speech", "x y"')
        .replace('scope = ["Train"]', 'scope = ["Train", "Infer"]')
        .replace("count  = 2 ", "count  = 5 ")
        .replace('value = "vision"', 'value = "speech"')
    )
    golden("drift-adopt.diff", ended.out.replace(drifted.server.url, "URL"))
    assert drifted.is_settled()
    assert (drifted.take_writes(), drifted.load_state()) == ([], state)


def test_a_second_adoption_has_nothing_to_write(drifted):
    drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "Nothing to adopt: pool.a is as the files say, in all that they set.\n"


def test_without_a_yes_the_file_stays(drifted):
    before = read(drifted)
    ended = drifted.run("drift", "adopt", "pool.a")
    assert ended.code == 1
    assert "+description = " in ended.out
    assert "approval.unasked" in ended.err
    assert read(drifted) == before


def test_the_mode_of_the_file_is_kept(drifted):
    path = drifted.directory / "main.pools.toml"
    path.chmod(0o640)
    assert drifted.run("drift", "adopt", "pool.a", "--auto-approve").code == 0
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("old", "new", "label", "why"),
    [
        pytest.param("count  = 2", 'count = "${local.n}"', "count", "an expression computes it", id="expression"),
        pytest.param("count  = 2", "count = { min = 1, max = 2 }", "count", "the count is a range", id="range"),
        pytest.param(
            'scope = ["Train"]', 'scope = [\n  "Train",  # for now\n]', "scope", "comments stand inside", id="comment"
        ),
    ],
)
def test_what_a_tool_should_not_write_is_told_with_its_place_and_value(drifted, old, new, label, why):
    text = read(drifted).replace(old, new) + "\n[locals]\nn = 2\n"
    (drifted.directory / "main.pools.toml").write_text(text, encoding="utf-8")
    line = text[: text.index(new)].count("\n") + 1
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    told = flatten(ended.err)
    assert (ended.code, ended.out, read(drifted)) == (1, "", text)
    assert f"on main.pools.toml line {line}," in told
    assert f"{label}: {why}" in told
    assert "Write there: " in told


def test_a_block_with_for_each_is_written_by_hand(story):
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    block = (
        '[pool.team]\nfor_each = "${["a"]}"\nname = "gpu-${each.key}"\ntype = "Dedicate"\nscope = ["Train"]\n'
        f'[[pool.team.resources]]\nflavor = "{CPU}"\ncount = 2\n'
    ).replace('"${["a"]}"', "'${[\"a\"]}'")
    story.begin(block, make_import_block('pool.team[\\"a\\"]'))
    story.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 4}]}})
    ended = story.run("drift", "adopt", 'pool.team["a"]', "--auto-approve")
    assert ended.code == 1
    assert "its block makes several resources by for_each. Write there: " in flatten(ended.err)


def test_an_entry_that_is_gone_is_a_line_to_delete(drifted):
    drifted.patch_pool({"spec": {"resources": [{"flavor": GPU, "count": 5}]}})
    before = read(drifted)
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    assert (ended.code, read(drifted)) == (1, before)
    assert "the service does not have it any more. Delete the line, or what it belongs to." in flatten(ended.err)


def test_what_the_file_asks_for_anew_is_not_overwritten(drifted):
    text = read(drifted).replace('name        = "gpu-a"', 'sharing = "shared"\nname = "gpu-a"')
    (drifted.directory / "main.pools.toml").write_text(text, encoding="utf-8")
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    assert (ended.code, read(drifted)) == (1, text)
    assert "the plan would still change sharing" in flatten(ended.err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("adopt",), "Missing argument 'ADDR'", id="no address"),
        pytest.param(("adopt", "pool.a", "x"), "unexpected extra argument (x)", id="too much"),
        pytest.param(("pool.a", "--auto-approve"), "--auto-approve belongs to drift adopt", id="nothing to approve"),
        pytest.param(("adopt", "pool.b"), "No file declares pool.b", id="unknown address"),
        pytest.param(("nonsense",), "'nonsense' is no address", id="no address at all"),
    ],
)
def test_wrong_words_are_refused(drifted, arguments, words):
    ended = drifted.run("drift", *arguments)
    assert ended.code == 1
    assert words in flatten(ended.err)


def test_a_file_that_was_changed_meanwhile_is_left_alone(drifted, monkeypatch):
    path = drifted.directory / "main.pools.toml"
    original = drifted.fail

    def edit(request):
        path.write_text(read(drifted) + "# somebody types\n", encoding="utf-8")
        return original(request)

    drifted.fail = edit
    ended = drifted.run("drift", "adopt", "pool.a", "--auto-approve")
    assert ended.code == 1
    assert "The file was changed meanwhile" in flatten(ended.err)
    assert 'team = "vision", "x y"' in read(drifted)
