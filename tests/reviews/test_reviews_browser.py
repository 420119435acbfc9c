"""The HTML report in a real browser: quiet, searchable, foldable, accessible, and deaf to hostile text."""

import struct
from pathlib import Path

import pytest
from browser import Page, open_browser
from review_plans import HOSTILE, LONG, PICTURE, PLANS
from selenium.webdriver.common.keys import Keys
from test_reviews_markdown import make_hostile_plan

from planner.views.plan_html import format_plan_html

NAMES = [pytest.param(name, id=name) for name in PLANS]
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture(scope="module")
def driver():
    opened = open_browser()
    yield opened
    opened.quit()


@pytest.fixture
def page(driver, tmp_path):
    return Page(driver, tmp_path / "plan.html")


@pytest.fixture(scope="module")
def crowded(crowd):
    return format_plan_html(crowd)


@pytest.mark.parametrize("name", NAMES)
def test_the_console_stays_empty_and_nothing_is_loaded(page, name):
    page.open(format_plan_html(PLANS[name]))
    assert page.list_console() == []
    assert page.ask("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scheme", [pytest.param("light", id="light"), pytest.param("dark", id="dark")])
@pytest.mark.parametrize("width", [pytest.param(400, id="phone"), pytest.param(1400, id="desktop")])
@pytest.mark.parametrize("name", NAMES)
def test_an_accessibility_checker_finds_nothing(page, name, width, scheme):
    page.open(format_plan_html(PLANS[name]), width=width, scheme=scheme)
    page.driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.list_violations() == []
    assert page.ask("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(make_hostile_plan(HOSTILE), id="every text hostile"),
        pytest.param(make_hostile_plan(LONG), id="every text hostile and long"),
        pytest.param(PLANS["hostile text"], id="a hostile description"),
    ],
)
def test_hostile_text_does_nothing(page, plan):
    page.open(format_plan_html(plan))
    assert page.list_console() == []
    assert page.ask("[document.scripts.length, document.images.length, document.links.length]") == [1, 0, 1]
    assert page.ask("document.body.textContent.match(/[\\u001b\\u202e\\u2066\\u200b]/)") is None


def test_a_script_that_got_in_would_not_run(page):
    html = format_plan_html(PLANS["update"]).replace("<h1>", "<script>window.intruder = 1</script><h1>", 1)
    page.open(html)
    assert page.ask("window.intruder") is None
    assert ["Content Security Policy" in row for row in page.list_console()] == [True]


def test_search_shows_what_holds_every_word(page, crowded):
    page.open(crowded)
    page.find("#search").send_keys("p0100 DELETE")
    assert page.list_shown() == ["pool.p0100"]
    assert page.find("#count").text == "1 of 500 changes shown"


def test_the_keyboard_reaches_the_search_and_empties_it(page, crowded):
    page.open(crowded)
    page.find("body").send_keys("/")
    page.driver.switch_to.active_element.send_keys("p0100")
    assert page.list_shown() == ["pool.p0100"]
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert page.find("#count").text == "500 of 500 changes shown"


@pytest.mark.parametrize(
    "press",
    [
        pytest.param(lambda button: button.click(), id="mouse"),
        pytest.param(lambda button: button.send_keys(Keys.ENTER), id="enter"),
        pytest.param(lambda button: button.send_keys(Keys.SPACE), id="space"),
    ],
)
def test_a_filter_shows_one_action(page, crowded, press):
    page.open(crowded)
    press(page.find("button[data-filter=delete]"))
    assert page.find("#count").text == "10 of 500 changes shown"
    assert page.find("button[data-filter=delete]").get_attribute("aria-pressed") == "true"
    assert page.find("button[data-filter=all]").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(
    "press",
    [
        pytest.param(lambda summary: summary.click(), id="mouse"),
        pytest.param(lambda summary: summary.send_keys(Keys.ENTER), id="enter"),
        pytest.param(lambda summary: summary.send_keys(Keys.SPACE), id="space"),
    ],
)
def test_a_change_folds_and_unfolds(page, press):
    page.open(format_plan_html(PLANS["create"]))
    summary = page.find(".change > summary")
    press(summary)
    assert page.find(".change").get_attribute("open") is not None
    press(summary)
    assert page.find(".change").get_attribute("open") is None


def test_all_that_is_shown_opens_and_closes_at_once(page, crowded):
    page.open(crowded)
    page.find("button[data-filter=delete]").click()
    page.find("#fold").click()
    assert page.ask("document.querySelectorAll('.change[open]').length") == 10
    page.find("#fold").click()
    assert page.ask("document.querySelectorAll('.change[open]').length") == 0


def test_requests_with_their_bodies_unfold(page):
    page.open(format_plan_html(PLANS["update"]))
    page.find(".inside details > summary").click()
    assert '"count": 5' in page.find(".steps pre").text


def test_without_scripts_all_is_there_but_the_tools(page):
    page.open(format_plan_html(PLANS["update"]).replace("<script>", "<template>").replace("</script>", "</template>"))
    assert page.list_shown() == ["pool.train"]
    assert not page.find("#tools").is_displayed()


def test_five_hundred_changes_stay_a_small_page(page, crowded):
    page.open(crowded)
    assert page.list_console() == []
    assert page.ask("document.getElementsByTagName('*').length") < 40_000


def test_five_hundred_changes_take_the_browser_less_than_a_second_of_work(page, crowded):
    page.driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    page.open(crowded)
    metrics = page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    assert {one["name"]: one["value"] for one in metrics}["TaskDuration"] < 1


@pytest.mark.parametrize("width", [pytest.param(400, id="phone"), pytest.param(1400, id="desktop")])
def test_the_documents_have_a_picture_of_it(page, width, request):
    path = PICTURES / f"report-{width}.png"
    page.open(format_plan_html(PICTURE), width=width)
    refresh(page, path, is_updating=request.config.getoption("--update-golden"))
    assert struct.unpack(">I", path.read_bytes()[16:20]) == (width,)


def refresh(page, path, *, is_updating):
    if is_updating:
        path.parent.mkdir(exist_ok=True)
        page.take_picture(path)
