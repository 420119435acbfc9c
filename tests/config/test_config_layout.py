"""The canonical layout, rule by rule; what is laid out stays as it is."""

import pytest

from planner.config.layout import format_text

CASES = [
    pytest.param("", "", id="an empty file"),
    pytest.param("\n\n\n", "", id="only empty lines"),
    pytest.param("a=1", "a = 1\n", id="one newline at the end"),
    pytest.param("a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n", id="one kind of line end"),
    pytest.param("\n\na = 1\n\n\n\nb = 2\n\n", "a = 1\n\nb = 2\n", id="at most one empty line, none at the ends"),
    pytest.param("  a\t=\t1  \n", "a = 1\n", id="no indent and no spaces at the end"),
    pytest.param("name = 1\nx = 2\n", "name = 1\nx    = 2\n", id="equals signs under each other"),
    pytest.param("name = 1\n\nx = 2\n", "name = 1\n\nx = 2\n", id="columns end at an empty line"),
    pytest.param("name = 1\n# c\nx = 2\n", "name = 1\n# c\nx = 2\n", id="columns end at a comment"),
    pytest.param(
        "name = 1\nlist = [\n1,\n]\nx = 2\n",
        "name = 1\nlist = [\n  1,\n]\nx = 2\n",
        id="columns end with a value of several lines",
    ),
    pytest.param("a = 1 # x\nbb = 22 # y\n", "a  = 1   # x\nbb = 22  # y\n", id="comments under each other"),
    pytest.param(
        "a = 1 # x\nb = 2\nccc = 333 # y\n",
        "a   = 1  # x\nb   = 2\nccc = 333  # y\n",
        id="columns of comments end at a line without one",
    ),
    pytest.param("#a\n  #  b  \n", "#a\n#  b\n", id="comments keep their words and lose their indent"),
    pytest.param("#:schema x.json\n[a]\n", "#:schema x.json\n[a]\n", id="a comment right on the first header"),
    pytest.param("a = 1\n[b]\n[c]\n", "a = 1\n\n[b]\n\n[c]\n", id="an empty line before a header"),
    pytest.param("a = 1\n# of b\n[b]\n", "a = 1\n\n# of b\n[b]\n", id="a comment stays right on its header"),
    pytest.param("a = 1\n# of a\n\n[b]\n", "a = 1\n# of a\n\n[b]\n", id="a comment that belongs to what is before it"),
    pytest.param("[a]\n\nb = 1\n", "[a]\n\nb = 1\n", id="an empty line behind a header is kept"),
    pytest.param("[ a . b ]# c\n", "[a.b]  # c\n", id="a header"),
    pytest.param("[[ a . 'b' ]]\n", "[[a.b]]\n", id="a header of a list"),
    pytest.param("  [a]\n    b = 1\n", "[a]\nb = 1\n", id="blocks are not indented"),
    pytest.param("a . 'b' .  \"c d\" = 1\n", 'a.b."c d" = 1\n', id="dotted keys, bare where they can be"),
    pytest.param("'' = 1\n", '"" = 1\n', id="an empty key"),
    pytest.param("a = 'x'\n", 'a = "x"\n', id="double quotes"),
    pytest.param(
        "a = 'say \"x\"'\nb = '\\d'\n", "a = 'say \"x\"'\nb = '\\d'\n", id="single quotes that spare a backslash"
    ),
    pytest.param('a = "\\u00e4"\n', 'a = "\\u00e4"\n', id="escapes as they are written"),
    pytest.param("a = [1,2 , 3,]\n", "a = [1, 2, 3]\n", id="a list on one line"),
    pytest.param("a = [ ]\nb = {}\n", "a = []\nb = {}\n", id="an empty list and an empty table"),
    pytest.param("a = [1,\n2]\n", "a = [\n  1,\n  2,\n]\n", id="a list of several lines: one value each"),
    pytest.param("a = [[1,2],\n[3]]\n", "a = [\n  [1, 2],\n  [3],\n]\n", id="lists within a list"),
    pytest.param("a = [[\n1]]\n", "a = [[\n  1,\n]]\n", id="only the inner list has lines"),
    pytest.param("a = [\n[\n1],]\n", "a = [\n  [\n    1,\n  ],\n]\n", id="both lists have lines"),
    pytest.param(
        "a = [ # why\n1 # x\n,\n# own\n\n\n2, # y\n# end\n]\n",
        "a = [  # why\n  1,  # x\n  # own\n\n  2,  # y\n  # end\n]\n",
        id="comments and empty lines in a list",
    ),
    pytest.param("a = [1 # x\n# z\n, 2]\n", "a = [\n  1,  # x\n  # z\n  2,\n]\n", id="two comments before a comma"),
    pytest.param("a = {b=1,'c'={d='x'}}\n", 'a = { b = 1, c = { d = "x" } }\n', id="an inline table"),
    pytest.param("a = {b.c = [\n1]}\n", "a = { b.c = [\n  1,\n] }\n", id="a list of lines within an inline table"),
    pytest.param(
        'a = """\n  x  \n"y""""\nbb = 1\n',
        'a = """\n  x  \n"y""""\nbb = 1\n',
        id="a text of several lines, to the letter",
    ),
    pytest.param("a = '''\n# no comment '''  # c\n", "a = '''\n# no comment '''  # c\n", id="a hash within a text"),
    pytest.param(
        "a=0x_f\n".replace("_", "") + "b=1_000\nc=-1.5e-3\nd=1979-05-27 07:32:00\ne=true\n",
        "a = 0xf\nb = 1_000\nc = -1.5e-3\nd = 1979-05-27 07:32:00\ne = true\n",
        id="numbers, moments and truths as they are written",
    ),
]


@pytest.mark.parametrize(("text", "laid_out"), CASES)
def test_a_text_is_laid_out(text, laid_out):
    assert format_text(text) == laid_out


@pytest.mark.parametrize(("_text", "laid_out"), CASES)
def test_what_is_laid_out_stays_as_it_is(_text, laid_out):
    assert format_text(laid_out) == laid_out
