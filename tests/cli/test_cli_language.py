"""Variables and instances on the command line: given, saved with a plan, planned, targeted, removed."""

import json

import pytest

FILES = """\
[provider.modelarts]
endpoint   = "simulator"
region     = "${var.region}"
project_id = "86c13962597848eeb29c5861153a391f"

[variable.region]
type = "string"

[variable.teams]
type    = "map"
default = { vision = 2, speech = 1 }

[locals]
cpu = "modelarts.vm.cpu.4ud"

[network.net]
for_each = "${var.teams}"
name     = "net-${each.key}"
cidr     = "192.168.0.0/16"

[pool.team]
for_each = "${var.teams}"
name     = "team-${each.key}"
type     = "Dedicate"
scope    = ["Train"]
network  = "${network.net[each.key].id}"

[[pool.team.resources]]
flavor = "${local.cpu}"
count  = "${each.value}"
"""
REGION = ("--var", "region=eu-de")


@pytest.fixture
def written(place):
    """Return the configuration file of two teams, each with its network."""
    path = place / "main.pools.toml"
    path.write_text(FILES, encoding="utf-8")
    return path


@pytest.fixture
def teams(poolctl, written):
    """Return the configuration file of two teams that are applied."""
    assert poolctl("apply", "--auto-approve", *REGION).code == 0
    return written


def find_changes(poolctl, *arguments):
    plan = json.loads(poolctl("plan", "-json", *REGION, *arguments).stdout)
    return {one["address"]: one["action"] for one in plan["changes"]}


def test_a_variable_without_a_value_is_told_with_every_way_to_give_it_one(poolctl, written):
    ended = poolctl("plan")
    assert (ended.code, ended.stdout) == (1, "")
    words = " ".join(ended.stderr.replace("│", " ").split())
    assert "--var region=VALUE" in words
    assert "POOLCTL_VAR_region in the environment" in words


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--var", "region=eu-de"), id="option"),
        pytest.param(("-var=region=eu-de",), id="terraform's spelling"),
        pytest.param(("--var-file", "x.vars.toml"), id="file"),
        pytest.param(("-var-file=x.vars.toml",), id="file in terraform's spelling"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy", "nodes", "drift", "wait", "doctor"])
def test_every_command_that_reads_the_files_takes_variables(poolctl, teams, place, command, arguments):
    (place / "x.vars.toml").write_text('region = "eu-de"\n', encoding="utf-8")
    ended = poolctl(command, *arguments)
    assert "variable" not in ended.stderr


def test_all_instances_are_made_each_in_its_network(poolctl, written):
    assert find_changes(poolctl) == dict.fromkeys(
        ('network.net["vision"]', 'network.net["speech"]', 'pool.team["vision"]', 'pool.team["speech"]'), "create"
    )
    assert poolctl("apply", "--auto-approve", *REGION).code == 0
    assert poolctl("plan", *REGION).stdout == "No changes. Your infrastructure matches the configuration.\n"


def test_a_field_of_an_instance_names_the_line_of_its_block(poolctl, teams):
    plan = json.loads(poolctl("plan", "-json", *REGION, "--var", "teams={vision = 3, speech = 1}").stdout)
    fields = [row for one in plan["changes"] for row in one["fields"]]
    assert [(row["path"], row["after"], row["source"]["line"]) for row in fields] == [
        ("resources[modelarts.vm.cpu.4ud].count", 3, 30)
    ]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param('pool.team["vision"]', {'network.net["vision"]', 'pool.team["vision"]'}, id="one instance"),
        pytest.param("network.net", {'network.net["vision"]', 'network.net["speech"]'}, id="all instances"),
        pytest.param('network.net["s*"]', {'network.net["speech"]'}, id="glob in a key"),
        pytest.param("network.*", {'network.net["vision"]', 'network.net["speech"]'}, id="glob"),
    ],
)
def test_instances_are_targeted_by_address_and_by_glob(poolctl, written, target, expected):
    assert find_changes(poolctl, "--target", target).keys() == expected


def test_an_instance_that_left_the_list_is_an_error_with_the_lines_to_write(poolctl, teams):
    ended = poolctl("plan", *REGION, "--var", "teams={vision = 2}")
    assert ended.code == 1
    assert "from = 'pool.team[\"speech\"]'" in ended.stderr


@pytest.mark.parametrize("address", ["'{}.{}[\"speech\"]'", "'{}.{}'"])
def test_instances_are_removed_one_by_one_or_with_their_block(poolctl, teams, address):
    lines = [
        f"[[removed]]\nfrom = {address.format(*one)}\ndestroy = false\n"
        for one in (("pool", "team"), ("network", "net"))
    ]
    text = FILES if "speech" in address else FILES.partition("[network.net]")[0]
    teams.write_text(text + "".join(lines), encoding="utf-8")
    kept = {"'{}.{}[\"speech\"]'": 2, "'{}.{}'": 0}[address]
    changes = find_changes(poolctl, "--var", "teams={vision = 2}")
    assert sorted(changes.values()) == ["forget"] * (4 - kept) + ["no-op"] * kept


def test_a_plan_carries_its_variables_and_its_apply_needs_none(poolctl, written, place, monkeypatch):
    monkeypatch.setenv("POOLCTL_VAR_teams", "{vision = 4}")
    assert poolctl("plan", *REGION, "--out", "p.json").code == 0
    inputs = json.loads((place / "p.json").read_text(encoding="utf-8"))["inputs"]["variables"]
    assert inputs == [
        {"name": "region", "value": "eu-de", "source": "option"},
        {"name": "teams", "value": {"vision": 4}, "source": "environment"},
    ]
    monkeypatch.setenv("POOLCTL_VAR_teams", "{other = 1}")
    assert poolctl("apply", "p.json").code == 0
    assert poolctl("state", "list", *REGION).stdout.split() == ['network.net["vision"]', 'pool.team["vision"]']


def test_variables_beside_a_saved_plan_are_a_usage_error(poolctl, written):
    assert poolctl("plan", *REGION, "--out", "p.json").code == 0
    ended = poolctl("apply", "p.json", *REGION)
    assert ended.code == 1
    assert "--var cannot stand beside a saved plan: it carries its own." in ended.stderr


def test_a_saved_plan_is_stale_when_a_variable_of_the_directory_changes(poolctl, written, place):
    assert poolctl("plan", *REGION, "--out", "p.json").code == 0
    (place / "x.auto.vars.toml").write_text("teams = { vision = 5 }\n", encoding="utf-8")
    ended = poolctl("apply", "p.json")
    assert ended.code == 1
    assert "it resolves to something else now" in " ".join(ended.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    "command", [("state", "list"), ("state", "show", 'pool.team["vision"]'), ("show",), ("lock", "status")]
)
def test_what_only_looks_at_the_state_needs_no_variables(poolctl, teams, command):
    ended = poolctl(*command)
    assert (ended.code, ended.stderr) == (0, "")


def test_the_state_is_found_without_variables_where_the_files_say(poolctl, written):
    text = FILES + '[backend.local]\npath = "own.state.json"\n'
    written.write_text(text, encoding="utf-8")
    assert poolctl("apply", "--auto-approve", *REGION).code == 0
    assert "pool.team" in poolctl("state", "list").stdout
    written.write_text(text.replace("network.net[each.key]", "network.nett[each.key]"), encoding="utf-8")
    assert poolctl("state", "list").code == 1


def test_terraforms_json_has_the_variables_too(poolctl, written):
    plan = json.loads(poolctl("plan", "-o", "terraform-json", *REGION).stdout)
    assert plan["variables"] == {"region": {"value": "eu-de"}, "teams": {"value": {"vision": 2, "speech": 1}}}
