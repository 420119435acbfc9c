"""Every assertion of the contract has a test that carries its id."""

import re
from collections import Counter
from pathlib import Path

import pytest
from contract_cases import IDS

_TEST = re.compile(r"^def test_([A-Z]\d+)_", re.MULTILINE)


def _count_tests():
    files = sorted(Path(__file__).parent.glob("test_contract_*.py"))
    return Counter(name for file in files for name in _TEST.findall(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", IDS)
def test_an_assertion_has_a_test(name):
    assert _count_tests()[name] > 0


def test_no_test_carries_an_id_that_the_contract_does_not_have():
    assert set(_count_tests()) <= set(IDS)


def test_the_contract_has_44_assertions():
    assert len(IDS) == len(set(IDS)) == 44
