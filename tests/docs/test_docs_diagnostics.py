"""Each code has a page, each page a code, and each page an example that is run."""

import pytest
from diagnostic_makers import MAKERS
from diagnostic_pages import FOLDER, FORMED, find_codes, find_formed_starts, is_run, read_summary, refresh_page

from planner.config.severities import find_adjustable

INDEX = "README"
CODES = sorted(find_codes())
TABLE = "<!-- codes -->\n"


def read_page(root, code):
    return (root / FOLDER / f"{code}.md").read_text(encoding="utf-8")


def find_pages(root):
    return {path.stem for path in (root / FOLDER).glob("*.md")} - {INDEX}


def test_each_code_has_a_page_and_each_page_a_code(root):
    assert find_pages(root) == set(CODES)


def test_the_codes_that_are_put_together_are_known():
    assert find_formed_starts() == set(FORMED)


@pytest.mark.parametrize("code", CODES)
def test_a_page_tells_what_the_code_means_why_it_matters_and_what_to_do(root, code):
    text = read_page(root, code)
    assert text.startswith(f"# {code}\n\n")
    assert all(part in text for part in ("\n**Why it matters.** ", "\n**What to do.** ", "\n## Example\n"))


@pytest.mark.parametrize("code", CODES)
def test_the_example_of_a_page_is_run_and_shows_the_code(root, code):
    assert is_run(read_page(root, code), code=code)


@pytest.mark.parametrize("code", CODES)
def test_the_example_of_a_page_shows_what_poolctl_says(root, code, tmp_path, monkeypatch, keep_document):
    monkeypatch.chdir(tmp_path)
    keep_document(f"{FOLDER}/{code}.md", refresh_page(read_page(root, code), code=code, directory=tmp_path))


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_whether_its_severity_can_be_set(root, code):
    assert ("[poolctl.severities]" in read_page(root, code)) is (code in find_adjustable())


def test_every_maker_is_of_a_code():
    assert set(MAKERS) - set(CODES) == set()


def test_the_index_lists_every_page(root, keep_document):
    name = f"{FOLDER}/{INDEX}.md"
    head = (root / name).read_text(encoding="utf-8").partition(TABLE)[0]
    rows = "".join(f"| [{code}]({code}.md) | {read_summary(read_page(root, code))} |\n" for code in CODES)
    keep_document(name, f"{head}{TABLE}| Code | Means |\n| --- | --- |\n{rows}")
