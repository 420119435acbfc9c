"""Command lines that are not right: exit 1, one diagnostic on stderr, nothing done."""

import pytest

CASES = [
    pytest.param(["plann"], 'There is no command "plann". Did you mean "plan"?', id="unknown command"),
    pytest.param(["state", "remove"], 'There is no command "remove".', id="unknown command of a group"),
    pytest.param(["plan", "--targt", "x"], "Did you mean", id="unknown option"),
    pytest.param(["plan", "-input=false"], "'--input'", id="option of Terraform that is not there"),
    pytest.param(["plan", "--out"], "'--out' requires an argument", id="option without its value"),
    pytest.param(["plan", "extra"], "unexpected extra argument", id="argument too many"),
    pytest.param(["import", "pool.a"], "Missing argument 'ID'", id="argument too few"),
    pytest.param(["plan", "--format", "xml"], "'xml' is not one of", id="unknown format"),
    pytest.param(["plan", "--out"], "See: poolctl plan --help", id="help of the command whose option lacks its value"),
    pytest.param(["--quiet", "plan"], "poolctl COMMAND --quiet", id="option before the command"),
    pytest.param(["plan", "--parallelism", "101"], "101 is not within 1 to 100", id="number above its bound"),
    pytest.param(["log", "-n", "0"], "0 is less than 1", id="number below its bound"),
    pytest.param(["version"], "poolctl --version", id="command of Terraform that is an option here"),
    pytest.param(["taint", "pool.a"], "poolctl apply --replace ADDR", id="command of Terraform with another name here"),
    pytest.param(["help", "plan"], "poolctl COMMAND --help", id="command of habit"),
    pytest.param(["plan", "-hlep"], 'Did you mean "--help"?', id="help that is misspelled"),
    pytest.param(["plan", "-outt=x"], 'Did you mean "--out"?', id="option that begins like a short one"),
    pytest.param(["plan", "-lock-timeout=3s"], "takes no lock", id="lock of a plan"),
    pytest.param(["plan", "-state=x"], "[backend.NAME] block", id="state of Terraform"),
    pytest.param(["plan", "-parallelism=ten"], "'ten' is no whole number", id="number that is none"),
    pytest.param(["plan", "--allow", "pool.a=destroy"], 'Did you mean "destroys"?', id="class that is misspelled"),
    pytest.param(["plan", "--parallelism", "0"], "'--parallelism'", id="number out of range"),
    pytest.param(["plan", "--allow", "pool.a=interupts"], "interrupts, destroys, purchases", id="unknown class"),
    pytest.param(["plan", "--allow", "pool.*=destroys"], "destroys takes one address", id="pattern that destroys"),
    pytest.param(
        ["apply", "--refresh-only", "--expect", f"sha256:{'0' * 64}"],
        "--expect cannot stand beside a plan of --refresh-only",
        id="refresh and digest",
    ),
    pytest.param(["plan", "--refresh-only", "--destroy"], "--refresh-only plans no change", id="refresh and destroy"),
    pytest.param(["plan", "--destroy", "--replace", "pool.a"], "--replace", id="destroy and replace"),
    pytest.param(["apply", "--lock-timeout", "30"], "'30' is no duration such as 30s", id="duration without a unit"),
    pytest.param(["apply", "--expect", "abc"], "sha256: and 64 digits", id="digest that is none"),
    pytest.param(["apply", "--wait", "never"], "'never' is not one of", id="unknown end of a wait"),
    pytest.param(["apply", "p.json", "--target", "pool.a"], "--target cannot stand beside", id="target beside a plan"),
    pytest.param(["apply", "p.json", "-destroy"], "--destroy cannot stand beside", id="destroy beside a plan"),
    pytest.param(["apply", "p.json", "--allow=pool.a=drains"], "--allow cannot", id="permission beside a plan"),
    pytest.param(["apply", "-json"], "'--format'", id="JSON of an apply"),
    pytest.param(["import", "pool", "id"], "'pool' is no address", id="address that is none"),
    pytest.param(["import", "node.a", "id"], "'node.a' is no address", id="kind that is none"),
    pytest.param(["state", "mv", "pool.a", "b"], "'b' is no address", id="target that is no address"),
    pytest.param(["state", "rm"], "Missing argument", id="nothing to forget"),
    pytest.param(["drift", "nonsense"], "'nonsense' is no address", id="drift of no address"),
    pytest.param(["schema"], "Choose from: config, plan, state, receipt. See:", id="schema of nothing"),
    pytest.param(["schema", "lock"], "'lock' is not one of", id="unknown schema"),
    pytest.param(["completion", "tcsh"], "'tcsh' is not one of", id="unknown shell"),
    pytest.param(["--chdir"], "'--chdir' requires an argument", id="global option without its value"),
]


@pytest.mark.parametrize(("arguments", "words"), CASES)
def test_a_usage_error_is_told_and_exits_with_1(poolctl, place, arguments, words):
    ended = poolctl(*arguments)
    flat = " ".join(ended.stderr.replace("│", "").split())
    assert (ended.code, ended.stdout) == (1, "")
    assert "Error: " in flat
    assert "[usage]" in flat
    assert " --help" in flat
    assert words in flat
    assert list(place.iterdir()) == []


def test_a_word_of_terraform_is_told_of_where_terraform_has_it(poolctl):
    assert "poolctl --version" not in poolctl("state", "version").stderr


@pytest.mark.parametrize("arguments", [[], ["state"], ["lock"]])
def test_a_bare_group_shows_its_help_on_stderr(poolctl, arguments):
    ended = poolctl(*arguments)
    assert (ended.code, ended.stdout) == (1, "")
    assert "Commands:" in ended.stderr


HOSTILE = "a\x1b[2J\x07\u202eb\nc"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([HOSTILE], id="command"),
        pytest.param(["plan", f"--{HOSTILE}"], id="option"),
        pytest.param(["plan", HOSTILE], id="argument too many"),
        pytest.param(["plan", "--allow", HOSTILE], id="permission"),
        pytest.param(["state", "show", HOSTILE], id="address"),
        pytest.param(["show", HOSTILE], id="plan file"),
        pytest.param(["apply", HOSTILE], id="plan to apply"),
        pytest.param(["-C", HOSTILE, "validate"], id="directory"),
        pytest.param(["schema", HOSTILE], id="schema"),
        pytest.param(["force-unlock", HOSTILE], id="lock"),
        pytest.param(["apply", "--expect", HOSTILE], id="digest"),
        pytest.param(["show", "\udcff\udcfe"], id="bytes that are no text"),
    ],
)
def test_control_characters_in_arguments_never_reach_the_terminal(poolctl, arguments):
    ended = poolctl(*arguments)
    told = ended.stdout + ended.stderr
    assert ended.code == 1
    assert [one for one in told if one != "\n" and not one.isprintable()] == []
    assert "Traceback" not in told
    assert "poolctl.fault" not in told


def test_a_hostile_directory_name_is_shown_escaped_after_init(poolctl, place):
    ended = poolctl("init", "a\x1bb")
    assert ended.code == 0
    assert "a\\x1bb" in ended.stdout
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize(
    "arguments", [["-C", "sub", "validate"], ["validate", "-C", "sub"], ["validate", "-chdir=sub"]]
)
def test_the_directory_is_taken_before_and_after_the_command(poolctl, place, arguments):
    assert poolctl("init", "sub").code == 0
    assert poolctl(*arguments).code == 0
    assert poolctl("validate").code == 1
