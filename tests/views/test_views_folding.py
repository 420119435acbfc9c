"""Lines on a narrow screen: broken between words, never within one that somebody may want to copy."""

import pytest

from planner.views.folding import cut_text, cut_window, fold_lines, fold_text
from planner.views.spans import Span, Tone, format_line, make_line, measure_text


def fold(*parts, width):
    return [format_line(line, colour=False) for line in fold_lines([make_line(*parts)], width=width)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("  a b c", ["  a b c"], id="fits"),
        pytest.param("one two three four five", ["one two three four", "    five"], id="hangs"),
        pytest.param("    one two three four", ["    one two three", "        four"], id="hangs below its indent"),
        pytest.param("a = 1 -> twentytwentytwenty", ["a = 1 -> twentytwentytwenty"], id="a word that fits nowhere"),
        pytest.param('x = "a b c" -> "d e f g"', ['x = "a b c"', '    -> "d e f g"'], id="an arrow leads"),
        pytest.param('+ description = "a b c"', ["+ description", '    = "a b c"'], id="a quoted value stays whole"),
        pytest.param("nodes of flavor 12 -> 14", ["nodes of flavor", "    12 -> 14"], id="counts stay together"),
        pytest.param("of this one (11 changes)", ["of this one", "    (11 changes)"], id="a count stays together"),
        pytest.param('say "hello', ['say "hello'], id="a quote that does not end"),
        pytest.param("trailing words here and a #", ["trailing words here", "    and a #"], id="a mark at the end"),
    ],
)
def test_a_line_is_folded_between_words(text, lines):
    assert fold(text, width=20) == lines


def test_a_folded_line_keeps_its_tones_and_links():
    line = (Span("  "), Span("ab cd", Tone.ALERT), Span(" ef gh "), Span("# i", Tone.DIM, "f"))
    folded = list(fold_lines([line], width=10))
    assert folded == [
        (Span("  "), Span("ab", Tone.ALERT), Span(" "), Span("cd", Tone.ALERT), Span(" ef")),
        (Span("     gh"),),
        (Span("     "), Span("#", Tone.DIM, "f"), Span(" "), Span("i", Tone.DIM, "f")),
    ]


def test_wide_characters_count_twice():
    assert fold("漢字 漢字 漢字", width=10) == ["漢字 漢字", "    漢字"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("e\u0304", id="Latin"),
        pytest.param("\u0e17\u0e35\u0e48", id="Thai, whose vowels combine with class 0"),
        pytest.param("1\u20e3", id="keycap"),
    ],
)
def test_marks_that_stand_on_a_letter_take_no_column(text):
    assert measure_text(text) == 1


def test_prose_is_folded_without_a_hang():
    assert fold_text("  one two three\n", width=10, hang=0) == "  one two\n  three\n"


def test_a_text_is_folded_line_by_line():
    assert fold_text("\nDo you want this?\n  yes or no\n\n", width=12) == "\nDo you want\n    this?\n  yes or no\n\n"


@pytest.mark.parametrize(
    ("text", "cut"), [("abc", "abc"), ("abcd", "abcd"), ("abcde", "abc…"), ("漢字漢", "漢…")], ids=str
)
def test_what_does_not_fit_is_an_ellipsis(text, cut):
    assert cut_text(text, width=4) == cut


@pytest.mark.parametrize(
    ("around", "shown"),
    [
        pytest.param(0, ("0123456789abcd…", 0), id="the start"),
        pytest.param(20, ("…efghijklmnopq…", 7), id="the middle"),
        pytest.param(35, ("…mnopqrstuvwxyz", 14), id="the end"),
    ],
)
def test_a_window_shows_what_it_is_about(around, shown):
    text = "0123456789abcdefghijklmnopqrstuvwxyz"
    part, at = cut_window(text, around=around, width=15)
    assert (part, at) == shown
    assert part[at] == text[around]
