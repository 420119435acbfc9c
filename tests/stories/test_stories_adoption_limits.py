"""``import --all``: what is left out and why, what is there already, and where the files go."""

import pytest
from adoption_estate import ADOPTED, IMPORTS, adopt_all, parse_adopted
from story_site import CPU, DESCRIPTION, POOL_ID, PROJECT, flatten, make_import_block, make_pool_block

from planner.simulator.faults import Rule, Script, Status


def test_what_cannot_stand_in_a_file_is_left_out_and_told(story):
    story.files()
    story.seed_pool(
        name="gpu-a",
        flavors={CPU: 2},
        annotations={DESCRIPTION: "R&D", "note": "a\nb\x1b[2J", "db_password": "hunter2", "team": "vision"},
        spec={"unheardOf": {"x": 1}, "driver": {"gpuVersion": "440.33"}},
    )
    ended = story.run("import", "--all")
    assert ended.code == 0
    told = flatten(ended.err)
    assert 'Found "R&D". It has to match' in told
    assert "(annotation os.modelarts/description): pool.gpu-a: description" in told
    assert "Control character in a text: pool.gpu-a: annotations.note" in told
    assert "Its name says that it is a secret: pool.gpu-a: annotations.db_password" in told
    assert "The files have no key for it: pool.gpu-a: unheardOf" in told
    assert "an update_strategy beside it, and the service tells none: pool.gpu-a: driver" in told
    assert "hunter2" not in (story.directory / ADOPTED).read_text(encoding="utf-8") + ended.out + ended.err
    assert parse_adopted(story)["pool"]["gpu-a"]["annotations"] == {"team": "vision"}
    assert story.apply().code == 0
    assert story.take_writes() == []
    assert story.is_settled()


@pytest.mark.parametrize(
    ("phase", "why"),
    [
        pytest.param("Deleting", "It is being deleted", id="deleting"),
        pytest.param("Error", None, id="error is adopted"),
        pytest.param("ScalingFailed", None, id="failed scaling is adopted"),
    ],
)
def test_pools_that_will_not_stay_are_not_adopted(story, phase, why):
    story.files()
    story.seed_pool(name="gpu-a", flavors={CPU: 2}, phase=phase, stuck=True)
    ended = story.run("import", "--all")
    assert ended.code == 0
    assert (f"{why}: pool {POOL_ID}" in flatten(ended.err)) is (why is not None)
    assert (story.directory / ADOPTED).exists() is (why is None)


def test_entries_that_nothing_tells_apart_are_left_to_the_service(story):
    story.files()
    twin = {"flavor": CPU, "count": 1, "nodePool": "a"}
    story.seed_pool(name="gpu-a", entries=[twin, twin, {"flavor": CPU, "count": 3}])
    ended = story.run("import", "--all")
    assert "The same key twice in a list: pool.gpu-a: resources[0], resources[1]" in flatten(ended.err).replace(
        " pool.gpu-a: resources[1]", ", resources[1]"
    )
    assert parse_adopted(story)["pool"]["gpu-a"]["resources"] == [{"flavor": CPU, "count": 3}]
    assert story.apply().code == 0
    assert (story.take_writes(), story.is_settled()) == ([], True)


def test_what_is_declared_or_tracked_is_not_written_again(story):
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.seed_pool(name="gpu-b", flavors={CPU: 2})
    story.begin(make_pool_block(), make_import_block())
    story.files(make_pool_block(), make_pool_block(address="mine", name="gpu-b"))
    ended = story.run("import", "--all")
    assert ended.out == f"Nothing to adopt in project {PROJECT}, workspace default. 1 declared or tracked already.\n"
    assert (
        f"Pool.mine declares this name already; to adopt it there, write [[import]] to = 'pool.mine', id = 'gpu-b-{PROJECT}'"
        in flatten(ended.err)
    )


def test_new_pools_go_into_new_files_and_names_do_not_collide(story):
    story.files()
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    adopt_all(story)
    before = (story.directory / ADOPTED).read_bytes()
    story.seed_pool(name="gpu-b", flavors={CPU: 2})
    ended = story.run("import", "--all")
    assert ended.out.startswith(
        "Wrote adopted-2.pools.toml\nWrote imports-2.pools.toml\n\nTo adopt: 1 pool. 1 declared"
    )
    assert (story.directory / ADOPTED).read_bytes() == before
    assert story.apply().code == 0
    assert (story.take_writes(), story.is_settled()) == ([], True)


def test_values_of_a_label_name_files_of_this_directory_alone(story):
    story.files()
    values = ["../../etc/passwd", "Team A", "team/a", "team-a", "", ".", "/", "\x00", "a" * 300]
    [story.seed_pool(name=f"pool-{index}", flavors={CPU: 1}, labels={"team": one}) for index, one in enumerate(values)]
    ended = story.run("import", "--all", "--split-by", "label:team")
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in story.directory.iterdir() if path.name.endswith(".toml")) == [
        "adopted-Team-A.pools.toml",
        f"adopted-{'a' * 60}.pools.toml",
        "adopted-etc-passwd.pools.toml",
        "adopted-team-a-2.pools.toml",
        "adopted-team-a-3.pools.toml",
        "adopted-unnamed-2.pools.toml",
        "adopted-unnamed-3.pools.toml",
        "adopted-unnamed.pools.toml",
        ADOPTED,
        IMPORTS,
        "main.pools.toml",
    ]
    assert story.apply().code == 0
    assert (story.take_writes(), story.is_settled()) == ([], True)


def test_only_the_named_workspaces_are_read(story):
    story.files()
    story.seed_pool(name="gpu-a", flavors={CPU: 1})
    story.seed_pool(name="gpu-b", flavors={CPU: 1}, labels={"os.modelarts/workspace.id": "7"})
    adopt_all(story, "--workspace", "7")
    assert {name: one["workspace_id"] for name, one in parse_adopted(story)["pool"].items()} == {"gpu-b": "7"}
    assert story.is_settled()


def test_every_page_is_read(story):
    story.files()
    story.set_options(page_size=3)
    [story.seed_pool(name=f"pool-{index}", flavors={CPU: 1}) for index in range(8)]
    assert "To adopt: 8 pools." in story.run("import", "--all").out


def test_nothing_is_written_where_the_service_cannot_be_read(story):
    story.files()
    story.seed_network("net-a")
    refusal = Status(status=403, body=b'{"error_code":"ModelArts.50009999","error_msg":"not for you"}')
    story.fail = Script([Rule(fault=refusal, method="GET", path=".*/pools", times=0)])
    ended = story.run("import", "--all")
    assert (ended.code, ended.out) == (1, "")
    assert "The pools of the project could not be listed" in flatten(ended.err)
    assert [path.name for path in story.directory.iterdir()] == ["main.pools.toml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("--all", "pool.a", "x"), "are three ways: take one", id="both"),
        pytest.param(("--match", "x*"), "--match belongs to --all", id="match alone"),
        pytest.param((), "Name ADDR and ID, or everything with --all or --from-terraform", id="neither"),
        pytest.param(("pool.a",), "Missing argument 'ID'", id="no id"),
        pytest.param(("--all", "--split-by", "team"), "--split-by takes label:KEY", id="no label"),
    ],
)
def test_options_that_do_not_go_together_are_refused(story, arguments, words):
    story.files()
    ended = story.run("import", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert words in flatten(ended.err)
