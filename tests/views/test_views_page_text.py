from planner.views.page_text import format_codes, format_page

PAGE = """\
# config.unknown-key

A key means nothing at its place, and
that is told.

**What to do.** Correct the spelling: all keys stand in
[configuration.md](../configuration.md).

- one thing that is long enough to be folded
- another

```toml
driver = { gpu_verison = "470.182.03" }   # as long as it is written
```
"""


def test_paragraphs_fill_the_window_and_code_stays_as_it_is():
    assert format_page(PAGE, width=40, colour=False) == (
        "config.unknown-key\n\n"
        "A key means nothing at its place, and\nthat is told.\n\n"
        "What to do. Correct the spelling: all\nkeys stand in configuration.md.\n\n"
        "- one thing that is long enough to be\n  folded\n- another\n\n"
        '  driver = { gpu_verison = "470.182.03" }   # as long as it is written\n'
    )


def test_titles_and_leads_are_bold_where_there_is_colour():
    lines = format_page(PAGE, width=80, colour=True).splitlines()
    assert lines[0] == "\x1b[1mconfig.unknown-key\x1b[0m"
    assert lines[4].startswith("\x1b[1mWhat to do.\x1b[0m Correct")


def test_codes_stand_beside_their_words_and_above_them_in_a_narrow_window():
    codes = {"usage": "The command line is wrong.", "config.unknown-key": "A key means nothing at its place."}
    assert format_codes(codes, width=60, colour=False).splitlines() == [
        "usage               The command line is wrong.",
        "config.unknown-key  A key means nothing at its place.",
    ]
    assert format_codes(codes, width=30, colour=False).splitlines() == [
        "usage",
        "    The command line is wrong.",
        "config.unknown-key",
        "    A key means nothing at its",
        "    place.",
    ]
