"""The documentation site in a browser, from a server of files: for the eye, the keyboard, a screen reader, the search."""

import functools
import http.server
import threading
from urllib.parse import urlsplit

import pytest
from browser import Page, open_browser
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    """Yield where the site is served on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Yield a page of a real browser."""
    driver = open_browser()
    driver.set_script_timeout(60)
    yield Page(driver, tmp_path_factory.mktemp("page") / "page.html")
    driver.quit()


@pytest.fixture
def visit(page, address):
    """Return ``visit(path)``, which opens a page of the site."""

    def open_page(path, *, width=1400, scheme="light"):
        page.open("", width=width, scheme=scheme).driver.get(f"{address}/{path}")
        return page

    return open_page


def _press(page, *keys):
    ActionChains(page.driver).send_keys(*keys).perform()


@pytest.mark.parametrize("path", ["", "install/", "plan/", "reference/commands/plan/"])
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(visit, path, width, scheme):
    page = visit(path, width=width, scheme=scheme)
    assert page.list_violations() == []
    assert page.ask("document.documentElement.scrollWidth") <= width
    assert page.list_console() == []


def test_nothing_is_asked_of_another_host(visit, address):
    asked = visit("configuration/").ask("performance.getEntriesByType('resource').map(one => one.name)")
    assert {urlsplit(one).netloc for one in asked} == {urlsplit(address).netloc}


def test_who_goes_by_the_keyboard_sees_where_they_are(visit):
    page = visit("install/")
    seen = [_take_step(page) for _ in range(9)]
    assert "Reference" in [name for name, _, _ in seen]
    assert [one for one in seen if one[1] != "solid" or one[2] < 10] == []


def _take_step(page):
    """Go to what the keyboard reaches next; return its text, the style of its frame, and how wide that is."""
    _press(page, Keys.TAB)
    return page.ask(
        "(one => [one.textContent.trim(), getComputedStyle(one).outlineStyle, one.getBoundingClientRect().width])"
        "(document.activeElement.matches('.md-option')"
        " ? document.activeElement.nextElementSibling : document.activeElement)"
    )


def test_a_box_that_scrolls_can_be_scrolled_by_the_keyboard(visit):
    page = visit("plan/", width=400)
    assert page.ask("document.querySelectorAll('pre > code[tabindex=\"0\"]').length") > 0
    page.driver.execute_script("document.querySelector('pre > code[tabindex=\"0\"]').focus()")
    _press(page, Keys.ARROW_RIGHT)
    WebDriverWait(page.driver, 20).until(lambda _: page.ask("document.activeElement.scrollLeft") > 0)


def test_the_search_finds_a_command(visit):
    page = visit("install/")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    WebDriverWait(page.driver, 20).until(lambda _: page.ask("Boolean(document.activeElement.shadowRoot)"))
    _press(page, "force-unlock")
    WebDriverWait(page.driver, 20).until(lambda _: "/reference/commands/force-unlock/" in str(page.ask(_FOUND)))


_FOUND = "[...document.activeElement.shadowRoot.querySelectorAll('a')].map(one => one.href)"
