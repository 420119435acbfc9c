"""The documentation site: built without a warning, every link leads somewhere, and nothing is loaded from elsewhere."""

import html
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from planner.cli.root import root as poolctl
from tools.command_tree import list_command_pages
from tools.site_pages import make_decision_index


@dataclass(frozen=True, kw_only=True)
class _Page:
    """The addresses that a page leads to and loads, and the places in it that can be led to."""

    leads: tuple[str, ...]
    loads: tuple[str, ...]
    places: frozenset[str]


_LEADS = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_LOADS = re.compile(r'<(?:script|img|iframe)\b[^>]*?\ssrc="([^"]*)"|<link\b[^>]*?\shref="([^"]*)"')
_PLACES = re.compile(r'\s(?:id|name)="([^"]*)"')


@cache
def _read(page):
    text = Path(page).read_text(encoding="utf-8")
    return _Page(
        leads=tuple(map(html.unescape, filter(None, _LEADS.findall(text)))),
        loads=tuple(html.unescape("".join(one)) for one in _LOADS.findall(text)),
        places=frozenset(map(html.unescape, _PLACES.findall(text))),
    )


@cache
def _list_files(site):
    return frozenset(str(path) for path in site.rglob("*") if path.is_file())


def _find(page, address, site):
    """Return the file that ``address`` names on the page at the path ``page``."""
    path = unquote(urlsplit(address).path)
    start = f"{site}{path}" if path.startswith("/") else f"{page.rpartition('/')[0]}/{path}"
    target = os.path.normpath(start)
    return f"{target}/index.html" if f"{target}/index.html" in _list_files(site) else target


def _list_pages(site):
    # The page for what is not found is served at any address: its links begin at the top.
    return [one for one in sorted(_list_files(site)) if one.endswith(".html") and not one.endswith("/404.html")]


def _is_outside(address):
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def _is_broken(page, address, site):
    path, place = urldefrag(address)
    target = _find(page, path, site) if path else page
    is_there = target in _list_files(site)
    return not is_there or bool(place and target.endswith(".html") and unquote(place) not in _read(target).places)


def test_every_link_leads_to_a_page_and_a_place_in_it(site):
    links = [(page, one) for page in _list_pages(site) for one in _read(page).leads if not _is_outside(one)]
    assert len(links) > 1000
    assert [(page, one) for page, one in links if _is_broken(page, one, site)] == []


def test_every_picture_script_and_style_is_there(site):
    loads = [(page, one) for page in _list_pages(site) for one in _read(page).loads]
    assert [(page, one) for page, one in loads if _is_broken(page, one, site)] == []


def test_nothing_is_loaded_from_elsewhere(site):
    loads = {one for page in _list_pages(site) for one in _read(page).loads}
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    fetched = re.findall(r"@import[^;]*|url\((?!\s*['\"]?data:)[^)]*", styles)
    assert [one for one in [*loads, *fetched] if "//" in one] == []


def test_every_document_has_a_page(site, root):
    names = [path.relative_to(root / "docs").with_suffix("") for path in (root / "docs").rglob("*.md")]
    folders = (name.parent if name.name in {"README", "index"} else name for name in names)
    assert [one for one in folders if str(site / one / "index.html") not in _list_files(site)] == []


def test_every_page_is_found_from_the_first_one(site):
    assert _reach(f"{site}/index.html", site) >= {*_list_pages(site)}


def _reach(page, site):
    """Return every page that is found from ``page`` by following links."""
    reached, waiting = set(), [page]
    while waiting:
        one = waiting.pop()
        reached.add(one)
        leads = (_find(one, urldefrag(lead)[0], site) for lead in _read(one).leads if not _is_outside(lead))
        waiting += {lead for lead in leads if lead.endswith(".html") and lead in _list_files(site)} - reached
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


def test_decisions_are_listed_under_the_numbers_that_documents_name_them_by(root):
    rows = re.findall(
        r"^\| (\d+) \| \[.+\]\((\d+)-[^)]*\.md\) \|$", make_decision_index(root / "docs/decisions"), re.MULTILINE
    )
    files = sorted(path.name[:4] for path in (root / "docs/decisions").glob("*.md"))
    assert [(int(shown), file) for shown, file in rows] == [(int(one), one) for one in files]
