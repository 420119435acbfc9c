"""Expressions that have no value: the code, the place within the text, and the words."""

import pytest
from config_texts import NETWORK, POOL, find_codes, load_text

from planner.views.diagnostics_text import format_diagnostics

GIVEN = (
    '[variable.nodes]\ntype = "int"\ndefault = 3\n[locals]\nteams = { a = { n = 1 } }\nlong = ["x", "y"]\n' + NETWORK
)
LABEL = "labels = { a = "


@pytest.mark.parametrize(
    ("value", "at", "words"),
    [
        pytest.param('"${var.nods}"', "var.nods", 'No file has [variable.nods]. Did you mean "nodes"?', id="variable"),
        pytest.param('"a ${local.tems}"', "local.tems", 'No [locals] has tems. Did you mean "teams"?', id="local"),
        pytest.param('"${vra.nodes}"', ".nodes", 'The name "vra.nodes" is not known here.', id="root"),
        pytest.param('"${local.teams.a.m}"', ".m", 'There is no key "m" in it.', id="member"),
        pytest.param('"${local.teams[\'b\'].n + 1}"', "local.teams", 'The map has no key "b"', id="member of a computation"),
        pytest.param('"${each.key}"', "each.key", "each is known in a pool or network with for_each only.", id="each outside"),
        pytest.param('"${network.man.id}"', "network.man", 'No file has the block [network.man]. Did you mean "main"?', id="block"),
        pytest.param('"${network.main}"', "network.main", "write network.main.id or network.main.name", id="block without a member"),
        pytest.param('"${network.main.cidr}"', "network.main", "Of a block, its id and its name can be read", id="other member of a block"),
        pytest.param('"${network.main[\'a\'].id}"', "network.main", "Of a block, its id and its name can be read", id="key of a single block"),
        pytest.param('"${network.main.id}"', '"${network', "Only network and parent of a pool take one", id="id in a text"),
        pytest.param('"${network.main.id + \'x\'}"', "network.main.id +", "nothing can be computed with it", id="computed with an id"),
        pytest.param('"${network.main.id == \'x\' ? \'a\' : \'b\'}"', "network.main.id ==", "nothing can be computed with it", id="compared with an id"),
        pytest.param('"${[network.main.id].size() > 1 ? \'a\' : \'b\'}"', "network.main.id]", "nothing can be computed with it", id="list with an id"),
        pytest.param('"net-${network.main.id}"', "network.main.id", "no text can be made of it", id="text around an id"),
        pytest.param('"${var.nodes + \'x\'}"', "+ 'x'", "+ cannot be applied to a whole number and a text.", id="types"),
        pytest.param('"${var.nodes +}"', "}", "It ends too early", id="end"),
        pytest.param('"${var.nodes * * 2}"', "* 2", "* cannot stand here.", id="syntax"),
        pytest.param('"${1 / 0}"', "1 / 0", "It divides by zero.", id="division"),
        pytest.param('"${joined(local.long)}"', "(local", "There is no function joined.", id="function"),
        pytest.param('"${local.long[7]}"', "local.long", "The list has 2 members, none with the index 7.", id="index"),
        pytest.param('"${local.long.first}"', ".first", "is no map, and has no members", id="member of a list"),
        pytest.param('"${}"', "}", "The expression is empty.", id="empty"),
        pytest.param('"${var.nodes"', "${var", "The expression does not end", id="open"),
        pytest.param('"${(var.nodes}"', "(var", "a bracket that is opened in it is not closed", id="open bracket"),
        pytest.param('"${\'a}"', "'a}", "a text in it is not closed", id="open text"),
        pytest.param('"x${local.long}"', "local.long", "It comes to no text, number, true or false", id="list in a text"),
        pytest.param("\"${duration('1h')}\"", "duration", "It comes to a duration.", id="duration"),
        pytest.param('"${b\'x\'}"', "b'x'", "It comes to bytes", id="bytes"),
        pytest.param('"${1.0 / 0.0}"', "1.0", "It comes to no finite number", id="infinite"),
        pytest.param('"${var}"', "var}", "var alone is no value", id="root alone"),
        pytest.param('"\\u0041\\\\${var.nods}"', "var.nods", "No file has [variable.nods].", id="behind escapes"),
        pytest.param('"""\n  ${var.nods}"""', "var.nods", "No file has [variable.nods].", id="on another line"),
        pytest.param("'''${var.nods}'''", "var.nods", "No file has [variable.nods].", id="literal text"),
    ],
)  # fmt: skip
def test_an_expression_without_a_value_is_told_at_its_place(tmp_path, value, at, words):
    loaded = load_text(tmp_path, f"{GIVEN}{POOL}{LABEL}{value} }}\n")
    assert find_codes(loaded) == ["config.expression"]
    told = loaded.diagnostics[0]
    assert words in told.detail
    assert told.location.text[told.location.column - 1 :].startswith(at)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        pytest.param("[backend.local]\npath = '${1}'\n", "config.expression-place", "The state has to be found before", id="backend"),
        pytest.param("[poolctl]\nrequired_version = '>=${1}'\n", "config.expression-place", "before they are read", id="tool"),
        pytest.param("[variable.v]\ndefault = '${1}'\n", "config.expression-place", "[locals]", id="default of a variable"),
        pytest.param("[provider.modelarts]\nregion = '${network.main.name}'\n", "config.expression", "No file has the block", id="provider and blocks"),
        pytest.param(POOL + "annotations = { '${local.x}' = 'a' }\n", "config.expression", "An expression stands in a key", id="key"),
        pytest.param("[locals]\na = '${local.b}'\nb = '${local.c}'\nc = '${local.a}'\n", "config.expression-circle", "local.a -> local.b -> local.c -> local.a: each would have to be known", id="circle"),
        pytest.param("[locals]\na = '${local.a}'\n", "config.expression-circle", "local.a -> local.a", id="circle of one"),
        pytest.param(POOL.replace("pool-a", "${pool.a.name}"), "config.expression-circle", "pool.a -> pool.a", id="circle of a name"),
        pytest.param(POOL + "for_each = 3\n", "config.for-each", "It comes to a whole number.", id="number of instances"),
        pytest.param(POOL + "for_each = ['a', 'a']\n", "config.for-each", '"a" stands in it twice', id="key twice"),
        pytest.param(POOL + "for_each = ['a', 3]\n", "config.for-each", "A key in it is a whole number: 3.", id="key that is no text"),
        pytest.param(POOL + "for_each = ['']\n", "config.for-each", '"" is no key', id="empty key"),
        pytest.param(POOL + "for_each = ['a\"b']\n", "config.for-each", "is no key", id="key with a quote"),
        pytest.param(NETWORK + POOL + "for_each = ['${network.main.id}']\n", "config.for-each", "a key has to be known before", id="unknown key"),
        pytest.param(POOL + "for_each = ['a', 'b']\n", "config.duplicate-name", "is the name of", id="one name for all"),
        pytest.param(NETWORK + POOL.replace("net-1", '${network.main[\\"a\\"].id}'), "config.reference", "network.main has no for_each", id="reference with a key to a single block"),
        pytest.param("[pool.'team[\"a\"]']\nname = 'pool-a'\n", "config.bad-name", 'Instances such as team["a"] are made by for_each', id="instance written by hand"),
    ],
)  # fmt: skip
def test_what_the_language_refuses_is_told_in_words(tmp_path, text, code, words):
    loaded = load_text(tmp_path, text)
    assert code in find_codes(loaded)
    assert any(words in one.detail for one in loaded.diagnostics if one.code == code)


NETS = '[network.nets]\nfor_each = ["a", "b"]\nname = "net-${each.key}"\ncidr = "10.0.0.0/24"\n'


@pytest.mark.parametrize(
    ("network", "words"),
    [
        pytest.param("${network.nets.id}", "network.nets has for_each, so that it is several.", id="without a key"),
        pytest.param('${network.nets[\\"c\\"].id}', 'network.nets has no instance "c".', id="unknown key"),
    ],
)
def test_a_reference_to_instances_has_to_name_one(tmp_path, network, words):
    loaded = load_text(tmp_path, NETS + POOL.replace("net-1", network))
    assert find_codes(loaded) == ["config.reference"]
    assert words in loaded.diagnostics[0].detail


def test_a_fault_that_all_instances_share_is_told_once(tmp_path):
    text = (
        POOL.replace("pool-a", "${each.key}")
        + "for_each = ['pool-x', 'pool-y']\ndescription = '${local.gone}'\ncolour = 1\n"
    )
    assert sorted(find_codes(load_text(tmp_path, text))) == ["config.expression", "config.unknown-key"]


def test_what_follows_from_a_fault_is_not_told(tmp_path):
    text = "[variable.n]\ntype = 'int'\n[locals]\na = '${var.n + 1}'\n" + POOL.replace(
        "count = 1", "count = '${local.a}'"
    )
    loaded = load_text(tmp_path, text + "for_each = '${local.a}'\n")
    assert find_codes(loaded) == ["config.variable-without-value"]


def test_the_place_is_shown_with_its_line(tmp_path):
    loaded = load_text(tmp_path, f"{GIVEN}{POOL}{LABEL}'n ${{var.nods}}' }}\n")
    told = format_diagnostics(loaded.diagnostics, width=80, colour=False)
    assert "    labels = { a = 'n ${var.nods}' }\n".strip() in told
    lines = told.split("\n")
    source = next(one for one in lines if "labels" in one)
    assert lines[lines.index(source) + 1].index("^") == source.index("var.nods")


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("local.many.map(a, local.many.map(b, a + b))", id="rounds in rounds"),
        pytest.param("local.many.all(a, local.many.all(b, local.many.all(c, true)))", id="deep rounds"),
        pytest.param("local.wide.replace('x', local.wide).replace('x', local.wide).replace('x', local.wide)", id="text that squares"),
        pytest.param("local.many.map(a, local.wide + local.wide).join(local.wide)", id="text for each round"),
        pytest.param("(" * 500 + "1" + ")" * 500, id="brackets"),
        pytest.param("+".join(["1"] * 1500), id="terms"),
        pytest.param("1 + " * 2000 + "1", id="length"),
        pytest.param("'" + "a" * 500 + "'.matches('((a{1000}){1000}){1000}')", id="pattern"),
    ],
)  # fmt: skip
def test_an_expression_that_would_take_for_ever_is_refused(tmp_path, expression):
    many = f"[locals]\nmany = {list(range(1000))}\nwide = '{'x' * 1000}'\n"
    loaded = load_text(tmp_path, many + POOL + f'description = """${{{expression}}}"""\n')
    assert find_codes(loaded) == ["config.expression"]


def test_locals_that_double_each_other_end_at_a_bound(tmp_path):
    lines = [f"l{n + 1} = '${{local.l{n} + local.l{n}}}'\n" for n in range(40)]
    loaded = load_text(tmp_path, "[locals]\nl0 = 'xxxxxxxxxx'\n" + "".join(lines) + POOL)
    assert find_codes(loaded) == ["config.expression"]
    assert "1,000,000 characters" in loaded.diagnostics[0].detail


def test_a_fault_within_a_computed_value_says_where_in_it(tmp_path):
    given = "[variable.e]\ntype = 'list'\ndefault = [{ flavor = 'f', count = 'two' }]\n"
    loaded = load_text(tmp_path, given + POOL.rpartition("resources")[0] + 'resources = "${var.e}"\n')
    assert find_codes(loaded) == ["config.wrong-type"]
    assert loaded.diagnostics[0].detail.startswith("In [0].count of what it comes to: Found a text")
    assert loaded.diagnostics[0].location.text == 'resources = "${var.e}"'
