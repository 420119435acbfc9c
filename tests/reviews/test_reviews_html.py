"""The HTML report as text: markup is ours alone, and its policy allows nothing but its own style and script."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_plans import BIGGER, LONG, PLANS, TRAIN, make_plan
from test_reviews_markdown import make_hostile_plan

from planner.views.plan_html import format_plan_html
from planner.views.report_charts import build_charts
from planner.views.report_values import build_report

TEXTS = st.text(alphabet=st.sampled_from("<>&\"'/=`{}%#! \n\t-a\u202e\x1b\u2028"), min_size=1, max_size=40)


class Tags(HTMLParser):
    """Collects tags with the names of their attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))


def list_tags(page):
    tags = Tags()
    tags.feed(page)
    return set(tags.found)


def find_one(pattern, page):
    [found] = re.findall(pattern, page, re.DOTALL)
    return found


BENIGN = list_tags(format_plan_html(make_hostile_plan("a")))


@settings(deadline=None, max_examples=100)
@given(text=TEXTS)
def test_no_text_from_outside_makes_a_tag_or_an_attribute(text):
    assert list_tags(format_plan_html(make_hostile_plan(text))) <= BENIGN


@settings(deadline=None, max_examples=100)
@given(text=TEXTS)
def test_nothing_invisible_gets_in(text):
    page = format_plan_html(make_hostile_plan(text))
    assert [one for one in page if one != "\n" and not one.isprintable()] == []


@pytest.mark.parametrize("name", ["style", "script"])
def test_the_policy_names_what_stands_in_the_page_by_its_hash(name):
    page = format_plan_html(PLANS["update"])
    own = find_one(f"<{name}>(.*?)</{name}>", page)
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"{name}-src 'sha256-{digest}'" in page


def test_everything_else_is_forbidden():
    policy = find_one('http-equiv="Content-Security-Policy" content="([^"]*)"', format_plan_html(PLANS["update"]))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_nothing_is_loaded():
    page = format_plan_html(PLANS["update"])
    assert re.findall(r"\b(?:src|srcset|action|poster|data)=|@import|url\(|https?://", page) == []


def test_long_texts_are_cut():
    assert len(format_plan_html(make_hostile_plan(LONG))) < 200_000


def test_what_is_adopted_and_changed_is_counted_and_found_as_both():
    plan = make_plan({"pool.train": BIGGER}, {"pool.train": TRAIN}, tracked={}, imports={"pool.train": "train-p"})
    report = build_report(plan)
    assert [(one.name, one.value) for one in report.facts[:2]] == [("To import", "1"), ("To update", "1")]
    assert [(one.tag, one.count) for one in report.filters] == [("all", 1), ("import", 1), ("update", 1)]
    assert report.changes[0].tags == "import update"


def test_nodes_and_cards_are_counted_by_flavor():
    nodes, cards = build_charts(PLANS["update"])
    assert [(one.name.rpartition(".")[2], one.words) for one in nodes.bars] == [("t4u8", "3 → 5"), ("4ud", "2")]
    assert [(one.name.rpartition(".")[2], one.words) for one in cards.bars] == [("t4u8", "24 → 40")]
    assert (nodes.bars[0].before, nodes.bars[0].after) == ("60.00", "100.00")
