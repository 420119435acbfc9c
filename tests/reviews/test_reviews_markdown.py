"""Markdown as GitHub reads it: nothing from outside breaks out of it, and it is never too long for a comment."""

import re
from dataclasses import replace

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from formats import format_markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from review_plans import HOSTILE, LONG, PLANS

from planner.core.addresses import Address
from planner.core.changes import Block, DriftRow, PlanInputs
from planner.core.diagnostics import SourceLocation, make_warning
from planner.core.evidence import Endangered, EndangeredWorkload
from planner.core.guard_record import Loosened
from planner.core.inputs import InputVariable
from planner.views.markdown_text import format_code, format_fence
from planner.views.plan_markdown import GITHUB_LIMIT, format_plan_markdown

# Tags that this tool writes, or that the parser makes of what it writes.
OWN = {
    "details", "summary", "code", "pre", "b", "strong", "h2", "h3", "p", "blockquote", "ul", "li",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
TEXTS = st.text(alphabet=st.sampled_from("`|\\<>&\"'@#[]()!*_~$:/\n\r\t -a\u202e\x1b"), max_size=40)


def read(markdown):
    """Return what GitHub's parser makes of a comment, raw HTML included."""
    return cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)


def drop_code(page):
    """Return a page less what stands in code, where no forge looks for mentions, issues or links."""
    return re.sub(r"<pre.*?</pre>|<code>.*?</code>", "", page, flags=re.DOTALL)


def find_tags(page):
    return {tag.lower() for tag in re.findall(r"<([A-Za-z][A-Za-z0-9-]*)", page)}


def make_hostile_plan(text):
    """Return a plan in which every text that comes from outside is ``text``."""
    usual = PLANS["shrink blocked"]
    [change] = usual.changes
    address = Address(kind="pool", name="a", key=text)
    place = SourceLocation(file=text, line=1, text=text)
    block = Block(code=text, summary=text, detail=f"{text}\n  {text}", address=text)
    job = EndangeredWorkload(name=text, type=text, status=text, nodes=(text,))
    hostile = replace(
        change,
        address=address,
        kind=text,
        id=text,
        reason=text,
        fields=tuple(replace(one, label=text, before=text, after=[text], source=place) for one in change.fields),
        nodes=tuple(replace(one, flavor=text, node_pool=text) for one in change.nodes),
        blocked=(block,),
        released=(text,),
        source=place,
        endangered=Endangered(workloads=(job,)),
        operations=tuple(replace(one, path=text, purpose=text, when=text, nodes=None) for one in change.operations),
    )
    return replace(
        usual,
        changes=(hostile,),
        blocked=(block,),
        drift=(DriftRow(address=address, label=text, before=text, after=[text], is_managed=True, policy=text),),
        inputs=PlanInputs(target=(text,), allow=(text,)),
        loosened=(Loosened(scope=text, key=text, before=text, after=text),),
        diagnostics=(make_warning(text, text, detail=text, location=place),),
    )


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(PLANS["hostile text"], id="a hostile description and annotation"),
        pytest.param(PLANS["shrink blocked"], id="a hostile name of a job"),
        pytest.param(make_hostile_plan(HOSTILE), id="every text hostile"),
        pytest.param(make_hostile_plan(LONG), id="every text hostile and long"),
    ],
)
def test_hostile_text_does_nothing(plan):
    page = read(format_markdown(plan))
    assert find_tags(page) <= OWN
    assert re.findall(r"octocat|example|#1\b|onerror|:tada:|[\x1b\u202e\u200b\u2066]", drop_code(page)) == []


@settings(deadline=None, max_examples=150)
@given(text=TEXTS)
def test_no_text_from_outside_makes_markup(text):
    page = read(format_markdown(make_hostile_plan(text)))
    assert find_tags(page) <= OWN
    assert page.count("<details>") == page.count("</details>") == 2
    assert page.count("<tr>") == 4
    assert re.findall(r"[@\[\]`]", drop_code(page)) == []


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in PLANS])
def test_a_comment_on_github_holds_it(name):
    assert len(format_markdown(PLANS[name])) < GITHUB_LIMIT


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=200))
def test_code_shows_the_escaped_text_and_nothing_else(text):
    assert read(format_code(text)).count("<code>") == 1
    assert read(format_fence([text.replace("\n", " ").replace("\r", " ")], language="diff")).count("<pre") == 1


def test_five_hundred_changed_pools_fit_with_every_row_of_the_summary(crowd):
    markdown = format_markdown(crowd)
    assert len(markdown) < GITHUB_LIMIT
    assert read(markdown).count("<tr>") == 501


def test_what_is_left_out_is_counted_and_the_whole_is_named(crowd):
    [note] = [line for line in format_markdown(crowd).splitlines() if line.startswith("> **Left out here:**")]
    left = int(re.search(r"([0-9]+) diffs", note)[1])
    assert left + format_markdown(crowd).count("```diff") == 500
    assert "the saved plan holds the whole" in note
    assert "`plan.json`: `poolctl show` prints all of it" in format_markdown(crowd)
    assert "`--out FILE` keeps it" in format_plan_markdown(crowd)


def test_the_worst_changes_come_first(crowd):
    rows = [line for line in format_markdown(crowd).splitlines() if line.startswith("| `pool.")]
    assert ["**delete**" in row for row in rows] == [True] * 10 + [False] * 490


def test_a_huge_diff_is_cut_and_says_so():
    change = PLANS["update"].changes[0]
    fields = tuple(replace(change.fields[0], label=f"field_{number}", after="x" * 90) for number in range(2_000))
    markdown = format_markdown(replace(PLANS["update"], changes=(replace(change, fields=fields),)))
    assert len(markdown) < 30_000
    assert re.search(r"^# \([0-9]+ more lines\)$", markdown, re.MULTILINE)


@pytest.mark.parametrize(
    ("inputs", "command"),
    [
        pytest.param(PlanInputs(), "poolctl apply --expect DIGEST", id="no options"),
        pytest.param(
            PlanInputs(target=("pool.team[*]",), allow=("pool.a=interrupts",), destroy=True),
            "poolctl apply --expect DIGEST --target 'pool.team[*]' --allow pool.a=interrupts --destroy",
            id="the options that the plan was made with",
        ),
        pytest.param(PlanInputs(refresh_only=True), "poolctl apply --refresh-only", id="a refresh has no digest"),
        pytest.param(
            PlanInputs(
                variables=(
                    InputVariable(name="n", value=[1], source="option"),
                    InputVariable(name="d", value=2, source="default"),
                )
            ),
            "poolctl apply --expect DIGEST --var 'n=[1]'",
            id="variables that were typed",
        ),
        pytest.param(PlanInputs(undo="r-1"), "poolctl apply plan.json", id="an undo is its file alone"),
    ],
)
def test_the_command_at_the_end_makes_this_plan(inputs, command):
    plan = replace(PLANS["update"], inputs=inputs)
    assert f"\n```sh\n{command.replace('DIGEST', plan.digest)}\n```\n" in format_markdown(plan)


def test_a_plan_without_changes_names_no_command():
    assert format_markdown(PLANS["no changes"]) == ("## No changes. Your infrastructure matches the configuration.\n")
