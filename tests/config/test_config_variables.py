"""Values of variables: where they come from, which one wins, and how texts are read."""

import pytest
from config_texts import POOL, find_codes

from planner.config.load import load_configuration
from planner.config.variable_inputs import VariableInputs
from planner.core.inputs import InputVariable


def load(tmp_path, text, *, options=(), files=(), environment=None, carried=None):
    (tmp_path / "main.pools.toml").write_text(POOL + text, encoding="utf-8")
    inputs = VariableInputs(options=options, files=tuple(tmp_path / name for name in files), carried=carried)
    return load_configuration(tmp_path, environment or {}, variables=inputs)


N = "[variable.n]\ntype = 'int'\ndefault = 1\n"
LAYERS = (
    ("default", {}, (), ()),
    ("environment", {"POOLCTL_VAR_n": "2"}, (), ()),
    ("auto_file", {"POOLCTL_VAR_n": "2"}, (), ()),
    ("file", {"POOLCTL_VAR_n": "2"}, ("one.vars.toml", "two.vars.toml"), ()),
    ("option", {"POOLCTL_VAR_n": "2"}, ("one.vars.toml",), ("n=8", "n=6")),
)


@pytest.mark.parametrize(
    ("layer", "auto", "expected"),
    [
        pytest.param(0, False, 1, id="default"),
        pytest.param(1, False, 2, id="environment over default"),
        pytest.param(2, True, 4, id="last auto file over environment"),
        pytest.param(3, True, 6, id="last file over auto files"),
        pytest.param(4, True, 6, id="last option over files"),
    ],
)
def test_the_highest_source_wins(tmp_path, layer, auto, expected):
    names = {True: ("a.auto.vars.toml", "b.auto.vars.toml", "one.vars.toml", "two.vars.toml")}
    values = {"a.auto.vars.toml": 3, "b.auto.vars.toml": 4, "one.vars.toml": 5, "two.vars.toml": 6}
    [(tmp_path / name).write_text(f"n = {values[name]}\n", encoding="utf-8") for name in names.get(auto, ())]
    source, environment, files, options = LAYERS[layer]
    loaded = load(tmp_path, N, environment=environment, files=files, options=options)
    assert loaded.variables == (InputVariable(name="n", value=expected, source=source),)


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        pytest.param("string", " a b ", " a b ", id="text"),
        pytest.param("string", "3", "3", id="text of digits"),
        pytest.param("int", "-3", -3, id="whole number"),
        pytest.param("float", "3", 3.0, id="decimal"),
        pytest.param("bool", "false", False, id="truth"),
        pytest.param("list", '["a", "b"]', ["a", "b"], id="list"),
        pytest.param("list", "['a', 2]", ["a", 2], id="list of TOML"),
        pytest.param("map", '{"a": {"b": true}}', {"a": {"b": True}}, id="map of JSON"),
        pytest.param("map", "{ a = 1 }", {"a": 1}, id="map of TOML"),
    ],
)
def test_a_text_is_read_by_the_type_of_its_variable(tmp_path, type_, text, expected):
    declared = f"[variable.v]\ntype = '{type_}'\n"
    by_option = load(tmp_path, declared, options=(f"v={text}",))
    by_environment = load(tmp_path, declared, environment={"POOLCTL_VAR_v": text})
    found = [one.variables[0].value for one in (by_option, by_environment)]
    assert found == [expected, expected]
    assert type(found[0]) is type(expected)


@pytest.mark.parametrize(
    ("default", "text", "expected"),
    [
        pytest.param("default = 3\n", "4", 4, id="number"),
        pytest.param("default = [1]\n", "[2]", [2], id="list"),
        pytest.param("", "4", "4", id="no default"),
    ],
)
def test_a_variable_without_a_type_has_that_of_its_default(tmp_path, default, text, expected):
    assert load(tmp_path, f"[variable.v]\n{default}", options=(f"v={text}",)).variables[0].value == expected


@pytest.mark.parametrize(
    ("declared", "given", "code", "words"),
    [
        pytest.param(N, {"options": ("n=x",)}, "config.variable-value", '"x" is not a whole number.', id="option"),
        pytest.param(N, {"options": ("n=99999999999999999999",)}, "config.variable-value", "not a whole number", id="number too large"),
        pytest.param(N, {"environment": {"POOLCTL_VAR_n": "1.5"}}, "config.variable-value", "POOLCTL_VAR_n in the environment", id="environment"),
        pytest.param("[variable.n]\ntype = 'int'\n", {}, "config.variable-without-value", "--var n=VALUE, by n = VALUE in a file of --var-file FILE", id="no value"),
        pytest.param("[variable.n]\ntype = 'int'\ndefault = 'x'\n", {}, "config.variable-value", "It is a text, and has to be a whole number.", id="default"),
        pytest.param("[variable.n]\ntype = 'int'\ndefault = true\n", {}, "config.variable-value", "It is true or false", id="truth is no number"),
        pytest.param(N, {"options": ("nn=1",)}, "config.undeclared-variable", 'Did you mean "n"? Declared: n.', id="option of a stranger"),
        pytest.param(N, {"options": ("n",)}, "config.variable-option", "Write --var NAME=VALUE", id="option without a value"),
        pytest.param(N, {"files": ("gone.toml",)}, "config.unreadable", "gone.toml", id="file that is not there"),
        pytest.param(N + "validation = [{ condition = 'value > 2', error_message = 'more than two' }]\n", {}, "config.variable-refused", "n is 1, from its default: more than two. The rule is: value > 2", id="rule broken"),
        pytest.param(N + "validation = [{ condition = 'value + 1', error_message = 'x' }]\n", {}, "config.expression", "something else than true or false", id="rule that is no truth"),
        pytest.param(N + "validation = [{ condition = 'valu > 2', error_message = 'x' }]\n", {}, "config.expression", 'The name "valu" is not known here.', id="rule that cannot be read"),
        pytest.param("[variable.s]\n", {"options": ("s=a\x1b[2J",)}, "config.variable-value", "control or direction character", id="escape sequence"),
        pytest.param("[variable.s]\ntype = 'list'\n", {"options": ('s=["a\\u202e"]',)}, "config.variable-value", "control or direction character", id="direction character"),
        pytest.param("[variable.api_token]\ndefault = 'x'\n", {}, "config.secret-variable", "Credentials are given in the environment alone", id="secret"),
        pytest.param("[variable.s]\ndefault = 2026-01-01\n", {}, "config.variable-value", "It is a date or time", id="date"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_in_words(tmp_path, declared, given, code, words):
    loaded = load(tmp_path, declared, **given)
    assert find_codes(loaded) == [code]
    assert words in loaded.diagnostics[0].detail


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param("m = 1\n", "config.undeclared-variable", id="stranger"),
        pytest.param("n = 'x'\n", "config.variable-value", id="wrong type"),
        pytest.param("n = '${1 + 1}'\n", "config.expression-place", id="expression"),
    ],
)
def test_a_fault_in_a_file_of_variables_is_told_with_its_line(tmp_path, line, code):
    (tmp_path / "a.auto.vars.toml").write_text(f"# first\n{line}", encoding="utf-8")
    loaded = load(tmp_path, N)
    assert code in find_codes(loaded)
    places = {(one.location.file, one.location.line) for one in loaded.diagnostics if one.code == code}
    assert places == {("a.auto.vars.toml", 2)}


def test_a_saved_plan_brings_what_came_from_outside_and_nothing_else(tmp_path):
    (tmp_path / "a.auto.vars.toml").write_text("m = 5\n", encoding="utf-8")
    declared = N + "[variable.m]\ndefault = 1\n[variable.k]\ndefault = 1\n"
    carried = (
        InputVariable(name="n", value=7, source="option"),
        InputVariable(name="m", value=9, source="auto_file"),
        InputVariable(name="k", value=3, source="environment"),
    )
    loaded = load(tmp_path, declared, carried=carried, environment={"POOLCTL_VAR_n": "2", "POOLCTL_VAR_m": "2"})
    assert {one.name: one.value for one in loaded.variables} == {"n": 7, "m": 5, "k": 3}
