"""Laws of the layout, on configurations that nobody would write."""

import re
import tempfile
import tomllib
from pathlib import Path

from config_texts import NETWORK, load_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.config.layout import format_text

TAME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

GAPS = st.sampled_from(["", " ", "  ", "\t"])
ENDS = st.sampled_from(["\n", " \n", "\n\n\n", "  # why = [1]\n", "#\n", "\r\n", "\n# of the next\n", "\n  # a\n\n"])
BREAKS = st.sampled_from(["", " ", "\n", " # x, y\n", "\n\n# z\n  "])
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
LITERALS = st.sampled_from(
    ["'x'", "'a\"b'", "'\\d'", "'''x\n y'''", '"""\nx \\\n  y"""', "1.50", "0x1F", "07:32:00", "nan"]
)
KEYS = st.sampled_from(["a", "bb", "'c'", '"d e"', "f . g", "'h'.\"i\"", '"#"'])


@st.composite
def write_list(draw, inner):
    values = draw(st.lists(inner, max_size=3))
    parts = [f"{draw(BREAKS)}{value}{draw(BREAKS)}" for value in values]
    return f"[{','.join(parts)}{draw(st.sampled_from(['', ','])) if parts else ''}{draw(BREAKS)}]"


@st.composite
def write_table(draw, inner):
    keys = draw(st.lists(KEYS, max_size=3, unique=True))
    pairs = [f"{draw(GAPS)}{key}{draw(GAPS)}={draw(GAPS)}{draw(inner)}{draw(GAPS)}" for key in keys]
    return "{" + ",".join(pairs) + draw(GAPS) + "}"


VALUES = st.recursive(
    st.one_of(TEXTS, LITERALS), lambda inner: st.one_of(write_list(inner), write_table(inner)), max_leaves=8
)


@st.composite
def write_block(draw, header):
    keys = draw(st.lists(KEYS, max_size=4, unique=True))
    lines = [f"{draw(GAPS)}{key}{draw(GAPS)}={draw(GAPS)}{draw(VALUES)}{draw(ENDS)}" for key in keys]
    return header + draw(ENDS) + "".join(lines)


DOCUMENTS = st.tuples(write_block(""), write_block("[ x ]"), write_block("[[y . 'z']]"), write_block("\t[[y.z]]")).map(
    "".join
)


def read_comments(text):
    """Return the comments of a text whose values hold no hash but in the key and the texts that are cut out here."""
    bare = re.sub(r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', "_", text)
    return [one.rstrip() for one in re.findall(r"#[^\n]*", bare)]


@TAME
@given(DOCUMENTS)
def test_the_layout_keeps_values_types_order_and_comments_and_is_final(text):
    laid_out = format_text(text)
    assert repr(tomllib.loads(laid_out)) == repr(tomllib.loads(text))
    assert read_comments(laid_out) == read_comments(text.replace("\r\n", "\n"))
    assert format_text(laid_out) == laid_out


ENTRY_LINES = st.lists(
    st.sampled_from(
        [
            "tags=[{key='a',value='1'},\n{ key = 'b', value = '2' }]",
            "labels = {'x'=\"y\" , z='w'}",
            "taints=[ # all\n{key='k',effect='NoSchedule'} ]",
            "extend_params . dockerBaseSize='50'",
            "root_volume={volume_type='SSD',size='100Gi'}",
        ]
    ),
    unique=True,
)
POOL_LINES = st.lists(
    st.sampled_from(
        [
            "scope=[ 'Train','Infer' ]",
            "description = 'say it'",
            "'sharing'   = \"shared\"",
            "annotations={team='$${x}'}",
            "labels.\"a b\" = 'c'",
            "lifecycle . prevent_destroy=true",
            "freeze={until=2027-01-07T08:00:00Z,reason='x'}",
        ]
    ),
    unique=True,
)


@st.composite
def write_configuration(draw):
    pool = "".join(f"{draw(GAPS)}{line}{draw(ENDS)}" for line in draw(POOL_LINES))
    entry = "".join(f"{draw(GAPS)}{line}{draw(ENDS)}" for line in draw(ENTRY_LINES))
    return (
        f"{NETWORK}[ pool . 'a' ]{draw(ENDS)}name='pool-a'{draw(ENDS)}type = 'Dedicate'{draw(ENDS)}"
        f"network='${{network.main.id}}'{draw(ENDS)}{pool}[[pool.a.resources]]{draw(ENDS)}flavor='f'{draw(ENDS)}"
        f"count={draw(st.sampled_from(['2', '{min=1,max=3}', '0x02']))}{draw(ENDS)}{entry}"
    )


def load(text):
    with tempfile.TemporaryDirectory() as name:
        return load_text(Path(name), text)


@TAME
@given(write_configuration())
def test_a_configuration_asks_for_the_same_after_it_was_laid_out(text):
    before, after = load(text), load(format_text(text))
    assert before.config_digest
    assert after.config_digest == before.config_digest
    assert after.diagnostics == before.diagnostics


@TAME
@given(write_configuration())
def test_a_configuration_is_resolved_the_same_every_time(text):
    assert load(text).config_digest == load(text).config_digest
