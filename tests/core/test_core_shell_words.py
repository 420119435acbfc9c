"""Words of commands that people are told to type."""

import shlex

from hypothesis import example, given
from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.shell_words import quote_word


@given(st.text())
@example("a'; rm -rf ~ #")
@example('$(id)`id`"\\')
def test_a_shell_reads_back_the_one_word(text):
    assert shlex.split(quote_word(text)) == [text]


def test_an_address_is_quoted_as_documents_show_it():
    assert quote_word(Address(kind="pool", name="team", key="a")) == "'pool.team[\"a\"]'"
