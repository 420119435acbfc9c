"""Blocks that are written for live objects: names, references, what is left out, and texts to the letter."""

import tomllib

import pytest
from config_texts import POOL, find_codes, load_text
from hypothesis import example, given
from hypothesis import strategies as st

from planner.config.adoption import Found, Surroundings, build_adoption
from planner.config.adoption_files import build_files
from planner.config.block_naming import make_block_name, make_file_stem
from planner.config.block_texts import format_blocks
from planner.config.documents import Document
from planner.config.layout import format_text
from planner.core.addresses import Address, parse_address

NETWORK = {"metadata": {"labels": {"os.modelarts/name": "main"}}, "spec": {"cidr": "10.0.0.0/16"}}
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), max_size=40)


def make_pool(name="gpu-a", *, spec=None, annotations=None):
    entry = {"flavor": "f.1", "count": 1, "maxCount": 1, "nodePool": "f.1-default"}
    metadata = {"labels": {"os.modelarts/name": name}, "annotations": annotations or {}}
    return {"metadata": metadata, "spec": {"type": "Dedicate", "resources": [entry], **(spec or {})}}


def find(*trees, kind="pool"):
    return [
        Found(kind=kind, id=f"object-{index}", name=tree["metadata"]["labels"]["os.modelarts/name"], tree=tree)
        for index, tree in enumerate(trees)
    ]


def read(blocks):
    return tomllib.loads(format_blocks(blocks, heading=()))


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        pytest.param("gpu-a", (), "gpu-a", id="as it is"),
        pytest.param("9lives", (), "_9lives", id="digit first"),
        pytest.param("../../x y", (), "x-y", id="path"),
        pytest.param("ünï", (), "n", id="letters of other alphabets"),
        pytest.param("", (), "unnamed", id="empty"),
        pytest.param("--", (), "unnamed", id="hyphens alone"),
        pytest.param("gpu-a", ("gpu-a", "gpu-a-2"), "gpu-a-3", id="taken twice"),
    ],
)
def test_names_of_blocks_are_valid_and_unique(text, taken, name):
    assert make_block_name(text, taken=taken) == name


@given(st.text(), st.sets(st.text(max_size=5), max_size=5))
def test_any_text_gives_a_name_that_an_address_takes_and_a_file_that_stays_here(text, taken):
    name = make_block_name(text, taken=taken)
    assert (str(parse_address(f"pool.{name}")), name in taken) == (f"pool.{name}", False)
    stem = make_file_stem("adopted", text, taken=taken)
    assert not {"/", "\\", "\0", "."} & set(stem)


def test_ids_of_what_has_a_block_become_references_and_others_stay():
    mine = {"network": {"name": "object-0"}, "parent": "object-7"}
    found = [*find(NETWORK, kind="network"), *find(make_pool(spec=mine), make_pool("gpu-b", spec={"parent": "else"}))]
    base = Document(file="a", text="", tree={"pool": {"base": {"name": "base"}}})
    there = Surroundings(documents=(base,), owners={("pool", "object-7"): Address(kind="pool", name="base")})
    blocks = {one.address.name: one.body for one in build_adoption(found, there).blocks}
    links = {name: [body.get("network"), body.get("parent")] for name, body in blocks.items() if name != "main"}
    assert links == {"gpu-a": ["${network.main.id}", "${pool.base.id}"], "gpu-b": [None, "else"]}


def test_names_that_collide_are_numbered_in_the_order_of_ids():
    twins = find(make_pool("a b"), make_pool("a/b"))
    named = {one.id: one.address.name for one in build_adoption(twins, Surroundings()).blocks}
    turned = {one.id: one.address.name for one in build_adoption(twins[::-1], Surroundings()).blocks}
    assert named == turned


@pytest.mark.parametrize(
    ("spec", "label"),
    [
        pytest.param({"scope": ["Train", "Fly"]}, "scope", id="a whole list for one of its values"),
        pytest.param({"kubernetesSvcIpRange": "10.0.0.1/8"}, "kubernetes_svc_ip_range", id="no range"),
        pytest.param({"clusters": [{"name": "x"}]}, "clusters", id="entry without what it needs"),
        pytest.param({"ipv6enable": "yes"}, "ipv6enable", id="another type"),
    ],
)
def test_what_validate_refuses_is_left_out_with_its_reason(spec, label):
    adoption = build_adoption(find(make_pool(spec=spec)), Surroundings())
    assert [(one.where, one.labels) for one in adoption.left_out] == [("pool.gpu-a", (label,))]
    assert set(adoption.blocks[0].body) == {"name", "type", "resources"}


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(make_pool("a" * 65), id="name"),
        pytest.param(make_pool(spec={"type": "Odd"}), id="type"),
        pytest.param(make_pool(spec={"resources": []}), id="no entries"),
        pytest.param(make_pool(spec={"resources": [{"flavor": "f", "count": 0}]}), id="no nodes"),
    ],
)
def test_a_block_without_what_it_needs_is_not_written_at_all(tree):
    adoption = build_adoption(find(tree), Surroundings())
    assert (adoption.blocks, [one.where for one in adoption.left_out]) == ((), ["pool object-0"])


def test_the_eleventh_entry_is_left_to_the_service():
    entries = [{"flavor": f"f{number}", "count": 1} for number in range(11)]
    adoption = build_adoption(find(make_pool(spec={"resources": entries})), Surroundings())
    assert [one["flavor"] for one in adoption.blocks[0].body["resources"]] == [f"f{number}" for number in range(10)]
    assert [one.labels for one in adoption.left_out] == [("resources[10]",)]


def test_an_id_that_no_import_takes_is_not_written():
    found = [Found(kind="pool", id='x"] y', name="gpu-a", tree=make_pool())]
    assert build_adoption(found, Surroundings()).blocks == ()


@given(st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=5))
@example({"resources": "a name of a list, too", "long": "enough for a table of its own" * 4})
def test_texts_of_the_service_are_written_so_that_they_are_read_again(annotations):
    adoption = build_adoption(find(make_pool(annotations=annotations)), Surroundings())
    written = read(adoption.blocks)["pool"]["gpu-a"].get("annotations", {})
    assert written == adoption.blocks[0].body.get("annotations", {})
    assert {key: annotations[key].replace("${", "$${") for key in written} == written


def test_files_are_laid_out_as_fmt_does_and_take_no_name_that_is_there():
    adoption = build_adoption([*find(NETWORK, kind="network"), *find(make_pool())], Surroundings())
    taken = ["ADOPTED.pools.toml", "notes.txt"]
    files = build_files(adoption.blocks, label="", taken=taken, heading=("made",))
    assert list(files) == ["adopted-2.pools.toml", "imports.pools.toml"]
    assert [format_text(one.text) == one.text for one in files.values()] == [True, True]


LONG = POOL.replace('"pool-a"', f'"{"a" * 26}"')
IMPORT = '[[import]]\nto = "pool.a"\nid = "a-pool-that-is-there"\n'


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(LONG, ["config.name-pattern"], id="a new pool"),
        pytest.param(LONG + IMPORT.replace("pool.a", "pool.b"), ["config.name-pattern"], id="import of another"),
        pytest.param(LONG + IMPORT, [], id="a pool that is there"),
        pytest.param(LONG.replace("a" * 26, "a" * 65) + IMPORT, ["config.bad-value"], id="longer than any edition"),
        pytest.param(POOL.replace("pool-a", "a" * 25), [], id="as long as may be"),
    ],
)
def test_the_rule_for_new_names_binds_no_pool_that_is_imported(tmp_path, text, codes):
    found = find_codes(load_text(tmp_path, text))
    assert [one for one in found if one != "config.import-without-block"] == codes
