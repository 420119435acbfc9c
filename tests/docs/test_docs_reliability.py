"""``docs/reliability.md`` shows the cells that the fault matrix is tested for, and explains each of their words."""

from fault_tables import find_told_words, find_words, refresh_matrix

NAME = "docs/reliability.md"


def test_the_tables_of_faults_are_those_that_are_tested(root, keep_document):
    keep_document(NAME, refresh_matrix((root / NAME).read_text(encoding="utf-8")))


def test_both_tables_of_faults_are_there(root):
    text = (root / NAME).read_text(encoding="utf-8")
    assert [text.count(f"<!-- faults {one} -->") for one in ("once", "that last")] == [1, 1]


def test_every_word_of_the_tables_is_explained_and_no_other(root):
    assert find_told_words((root / NAME).read_text(encoding="utf-8")) == find_words()
