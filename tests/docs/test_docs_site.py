"""The documentation site: built without a warning, every link leads somewhere, and nothing is loaded from elsewhere."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from planner.cli.root import root as poolctl
from tools.command_tree import list_command_pages
from tools.site import make_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the site; its making fails at the generator's first warning."""
    return make_site(tmp_path_factory.mktemp("site"))


class _Links(HTMLParser):
    """The addresses that a page leads to and loads, and the places in it that can be led to."""

    def __init__(self):
        super().__init__()
        self.leads, self.loads, self.places = [], [], set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.places |= {given[key] for key in ("id", "name") if given.get(key)}
        self.leads += [given["href"]] if tag == "a" and given.get("href") else []
        loaded = given.get("src") or (given.get("href") if tag == "link" else None)
        self.loads += [loaded] if loaded else []


@cache
def _read(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def _find(page: Path, address: str, site: Path) -> Path:
    path = unquote(urlsplit(address).path)
    start = site / path.lstrip("/") if path.startswith("/") else page.parent / path
    target = start.resolve()
    return target / "index.html" if target.is_dir() else target


def _list_pages(site):
    # The page for what is not found is served at any address: its links begin at the top.
    return [page for page in sorted(site.rglob("*.html")) if page.name != "404.html"]


def _is_outside(address):
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def _is_broken(page, address, site):
    path, place = urldefrag(address)
    target = _find(page, path, site) if path else page
    return not target.is_file() or bool(place and target.suffix == ".html" and place not in _read(target).places)


def test_every_link_leads_to_a_page_and_a_place_in_it(site):
    links = [(page, one) for page in _list_pages(site) for one in _read(page).leads if not _is_outside(one)]
    assert len(links) > 1000
    assert [(page.relative_to(site), one) for page, one in links if _is_broken(page, one, site)] == []


def test_every_picture_script_and_style_is_there(site):
    loads = [(page, one) for page in _list_pages(site) for one in _read(page).loads]
    assert [(page.relative_to(site), one) for page, one in loads if _is_broken(page, one, site)] == []


def test_nothing_is_loaded_from_elsewhere(site):
    loads = {one for page in _list_pages(site) for one in _read(page).loads}
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    fetched = re.findall(r"@import[^;]*|url\((?!\s*['\"]?data:)[^)]*", styles)
    assert [one for one in [*loads, *fetched] if "//" in one] == []


def test_every_document_has_a_page(site, root):
    names = [path.relative_to(root / "docs").with_suffix("") for path in (root / "docs").rglob("*.md")]
    pages = {page.parent.relative_to(site) for page in _list_pages(site)}
    pages |= {page.parent.relative_to(site) / "README" for page in _list_pages(site)} | {Path("index")}
    assert [name for name in names if name not in pages] == []


def test_every_page_is_found_from_the_first_one(site):
    assert _reach(site / "index.html", site) >= {*_list_pages(site)}


def _reach(page, site):
    """Return every page that is found from ``page`` by following links."""
    reached, waiting = set(), [page]
    while waiting:
        one = waiting.pop()
        reached.add(one)
        leads = (_find(one, urldefrag(lead)[0], site) for lead in _read(one).leads if not _is_outside(lead))
        waiting += {lead for lead in leads if lead.suffix == ".html" and lead.is_file()} - reached
    return reached


@pytest.mark.parametrize("page", list_command_pages(), ids=lambda page: "-".join(page.words))
def test_every_command_has_a_page_with_its_options_and_examples(site, page):
    name = "-".join(page.words[1:])
    text = (site / "reference/commands" / name / "index.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]*>", "", text)
    assert [term for term, _ in page.options if term not in shown] == []
    assert [one for one in page.examples if one.split()[0] not in shown] == []


def test_the_pages_of_commands_are_those_of_the_command_line(site):
    shown = {page.parent.name for page in (site / "reference/commands").glob("*/index.html")}
    assert shown >= set(poolctl.entries)
