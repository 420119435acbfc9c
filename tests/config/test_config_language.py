"""Variables, locals and expressions: what a file with them resolves to."""

import datetime as dt

import pytest
from config_texts import NETWORK, POOL, find_codes, load_text

from planner.config.load import load_configuration
from planner.config.variable_inputs import VariableInputs
from planner.core.addresses import Address, parse_address
from planner.core.trees import Reference

VARIABLE = '[variable.n]\ntype = "int"\ndefault = 1\n'
POOL_A = Address(kind="pool", name="a")


def resolve(tmp_path, value, *, given=""):
    """Return what the annotation ``v`` of a pool, and a local of the same value, come to."""
    text = given + POOL + f"annotations = {{ v = {value} }}\n"
    loaded = load_text(tmp_path, text)
    assert find_codes(loaded) == []
    return loaded.desired.resources[POOL_A].tree["metadata"].get("annotations", {}).get("v")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"${local.t}"', "text", id="plain local"),
        pytest.param('"a${var.n}b"', "a1b", id="number in a text"),
        pytest.param('"${var.n}${local.t}"', "1text", id="two expressions"),
        pytest.param('"${local.yes}!"', "true!", id="truth in a text"),
        pytest.param('"${local.half} ${local.whole}"', "0.5 2", id="decimals in a text"),
        pytest.param('"$${var.n}"', "${var.n}", id="literal"),
        pytest.param('"$$${var.n}"', "$${var.n}", id="dollar before a literal"),
        pytest.param('"$${a}${var.n}"', "${a}1", id="literal beside an expression"),
        pytest.param("\"${'}'}\"", "}", id="closing brace in a text"),
        pytest.param("\"${{'a': {'b': 'c'}}.a.b}\"", "c", id="nested braces"),
        pytest.param('\'${"x}" + "{"}\'', "x}{", id="braces in texts"),
        pytest.param("\"${'$' + '{var.n}'}\"", "${var.n}", id="result that looks like an expression"),
        pytest.param("\"${'$' + '{network.main.id}'}\"", "${network.main.id}", id="result that looks like a reference"),
        pytest.param('"${string(var.n + 1)}"', "2", id="computed"),
        pytest.param("\"${local.list.map(x, x + '!').join(',')}\"", "b!,a!", id="list in its order"),
        pytest.param("\"${local.map.map(k, k).join('')}\"", "abcdefgh", id="keys of a map by name"),
        pytest.param("\"${var.n > 1 ? 'many' : 'one'}\"", "one", id="choice"),
        pytest.param('"${local.chain3}"', "text...", id="locals that read locals"),
        pytest.param('"${network.main.name}"', "train-net", id="name of another block"),
        pytest.param('"${network.main.name + \\"-x\\"}"', "train-net-x", id="computed with a name"),
        pytest.param("\"${has(local.deep.a) ? local.deep.a.b : ''}\"", "c", id="has"),
        pytest.param("\"${local.deep['a'].b}\"", "c", id="member in brackets"),
        pytest.param('"${has(local.deep.z) ? local.deep.z : null}"', None, id="null leaves the key out"),
        pytest.param('"${ local.t }"', "text", id="blanks"),
        pytest.param('"\\u0024{var.n}x"', "1x", id="escaped dollar of TOML"),
        pytest.param('"${local.with-hyphen}"', "h", id="name with a hyphen"),
        pytest.param('"${local.with-hyphen + local.t}"', "htext", id="name with a hyphen in a computation"),
    ],
)
def test_an_expression_comes_to_its_value(tmp_path, text, expected):
    given = (
        VARIABLE
        + NETWORK
        + '[locals]\nt = "text"\nyes = true\nhalf = 0.5\nwhole = 2.0\nlist = ["b", "a"]\nwith-hyphen = "h"\n'
        + 'map = { h = 1, g = 1, f = 1, e = 1, d = 1, c = 1, b = 1, a = 1 }\ndeep = { a = { b = "c" } }\n'
        + 'chain3 = "${local.chain2 + \'.\'}"\nchain2 = "${local.chain1}."\nchain1 = "${local.t}."\n'
    )
    assert resolve(tmp_path, text, given=given) == expected


@pytest.mark.parametrize(
    ("line", "find", "expected"),
    [
        pytest.param('count = "${var.n + 2}"', lambda one: one["count"], 3, id="number"),
        pytest.param('azs = "${[{\'az\': \'a-1\', \'count\': 2}]}"', lambda one: one["azs"], [{"az": "a-1", "count": 2}], id="list of tables"),
        pytest.param('azs = [{ az = "${local.az}", count = "${var.n}" }]', lambda one: one["azs"][0], {"az": "a-1", "count": 1}, id="within a list"),
        pytest.param('count = 1\nlabels = "${local.labels}"', lambda one: one["labels"], {"a": "${x}"}, id="table with a literal"),
    ],
)  # fmt: skip
def test_one_whole_expression_keeps_the_type_of_its_value(tmp_path, line, find, expected):
    text = VARIABLE + '[locals]\naz = "a-1"\nlabels = { a = "$${x}" }\n' + POOL.rpartition("resources")[0]
    loaded = load_text(tmp_path, f'{text}[[pool.a.resources]]\nflavor = "f"\n{line}\n')
    assert find_codes(loaded) == []
    assert find(loaded.desired.resources[POOL_A].tree["spec"]["resources"][0]) == expected


def test_a_moment_is_made_of_a_text(tmp_path):
    text = POOL + "[pool.a.freeze]\nuntil = \"${timestamp('2027-01-01T00:00:00Z')}\"\nreason = 'of $${x}'\n"
    freeze = load_text(tmp_path, text).desired.resources[POOL_A].freeze
    assert (freeze.until, freeze.reason) == (dt.datetime(2027, 1, 1, tzinfo=dt.UTC), "of ${x}")


def test_settings_are_read_from_variables_and_locals(tmp_path):
    text = "[variable.region]\ndefault = 'eu-de'\n[locals]\nw = '5m'\n[guards]\nmax_nodes_added = '${1 + 2}'\n"
    loaded = load_text(
        tmp_path, text + "[provider.modelarts]\nregion = '${var.region}'\nwait_timeout = '${local.w}'\n" + POOL
    )
    provider, guards = loaded.desired.provider, loaded.desired.guards
    assert (provider.region, provider.wait_timeout, guards.max_nodes_added) == ("eu-de", 300.0, 3)


TEAM = """\
[pool.team]
for_each = {each}
name = "team-${{each.key}}"
type = "Dedicate"
network = "{network}"
resources = [{{ flavor = "f", count = 1 }}]
"""


@pytest.mark.parametrize(
    ("each", "keys"),
    [
        pytest.param('["a", "b"]', ["a", "b"], id="list"),
        pytest.param("{ y = 1, x = 2 }", ["y", "x"], id="map"),
        pytest.param('"${local.teams}"', ["p", "q"], id="expression"),
        pytest.param("\"${local.teams.filter(x, x != 'p')}\"", ["q"], id="computed list"),
        pytest.param('["${local.teams[1]}"]', ["q"], id="list of expressions"),
        pytest.param("[]", [], id="none"),
        pytest.param('["with space", "ü.$[x]"]', ["with space", "ü.$[x]"], id="odd keys"),
    ],
)
def test_a_block_is_made_for_each_member(tmp_path, each, keys):
    text = '[locals]\nteams = ["p", "q"]\n' + TEAM.format(each=each, network="net-1").replace(
        '"team-${each.key}"', "\"team-${each.key == '' ? '' : 'x'}\""
    )
    loaded = load_text(tmp_path, text)
    expected = [Address(kind="pool", name="team", key=key) for key in keys]
    assert list(loaded.sources.files) == expected
    assert [parse_address(str(one)) for one in expected] == expected


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param('${network.nets[\\"a\\"].id}', 'network.nets["a"]', id="written out"),
        pytest.param("${network.nets[each.key].id}", 'network.nets["a"]', id="by each"),
        pytest.param("${local.net}", "network.main", id="through a local"),
        pytest.param("${each.key == 'a' ? network.main.id : 'x'}", "network.main", id="chosen"),
    ],
)
def test_an_id_is_passed_on_as_a_reference(tmp_path, network, expected):
    nets = '[network.nets]\nfor_each = ["a"]\nname = "net-${each.key}"\ncidr = "10.0.0.0/24"\n'
    text = '[locals]\nnet = "${network.main.id}"\n' + NETWORK + nets + TEAM.format(each='["a"]', network=network)
    loaded = load_text(tmp_path, text)
    assert find_codes(loaded) == []
    tree = loaded.desired.resources[parse_address('pool.team["a"]')].tree
    assert tree["spec"]["network"] == {"name": Reference(address=parse_address(expected))}


def test_an_instance_stands_at_the_lines_of_its_block(tmp_path):
    block = TEAM.replace('flavor = "f"', 'flavor = "${{each.value}}"')
    loaded = load_text(tmp_path, block.format(each='{ a = "f" }', network="net-1"))
    place = loaded.sources.find(parse_address('pool.team["a"]'), "resources[f].count")
    assert (place.line, place.column) == (6, 42)


def test_the_digest_is_that_of_the_values(tmp_path):
    literal = load_text(tmp_path, POOL + 'description = "of 1"\n')
    computed = load_text(tmp_path, VARIABLE + POOL + 'description = "of ${var.n}"\n')
    other = load_configuration(tmp_path, {}, variables=VariableInputs(options=("n=2",)))
    assert literal.config_digest == computed.config_digest
    assert other.config_digest not in {"", computed.config_digest}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("'a-b'.replace('-', '_')", "a_b", id="replace"),
        pytest.param("'a,b'.split(',').size() == 2 ? 'two' : ''", "two", id="split"),
        pytest.param("['a', 'b'].join('+')", "a+b", id="join"),
        pytest.param("'aB'.lowerAscii() + 'aB'.upperAscii()", "abAB", id="case"),
        pytest.param("'abc'.substring(1, 2)", "b", id="substring"),
        pytest.param("' a '.trim()", "a", id="trim"),
        pytest.param("'%s-%d'.format(['a', 3])", "a-3", id="format"),
        pytest.param("string(math.greatest(1, 3)) + string(math.least(1, 3))", "31", id="greatest and least"),
        pytest.param("string(int(math.ceil(1.2)))", "2", id="ceil"),
        pytest.param("'abc'.matches('^a.c$') ? 'yes' : 'no'", "yes", id="matches"),
        pytest.param("string(size('abc')) + string('abc'.contains('b'))", "3true", id="size and contains"),
        pytest.param("[1, 2].exists_one(x, x > 1) && [1].all(x, x > 0) ? 'yes' : 'no'", "yes", id="exists and all"),
        pytest.param("string(timestamp('2026-07-01T10:00:00Z').getHours())", "10", id="hours in UTC"),
        pytest.param("string(duration('90m').getMinutes())", "90", id="minutes of a duration"),
    ],
)
def test_the_functions_of_the_document_are_there(tmp_path, expression, value):
    assert resolve(tmp_path, f'"${{{expression}}}"') == value
