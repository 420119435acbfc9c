"""``validate -o json``: the verdict for machines."""

import json

import pytest
from config_texts import POOL


@pytest.mark.parametrize("spelling", [["-o", "json"], ["--format", "json"], ["-json"], ["--format=json"]])
def test_the_faults_are_members_on_stdout(poolctl, place, spelling):
    (place / "main.pools.toml").write_text(POOL + "descripton = 'x'\n", encoding="utf-8")
    ended = poolctl("validate", *spelling)
    document = json.loads(ended.stdout)
    assert (ended.code, ended.stderr) == (1, "")
    assert (document["valid"], document["error_count"], document["warning_count"]) == (False, 1, 0)
    (fault,) = document["diagnostics"]
    assert fault["code"] == "config.unknown-key"
    assert fault["location"] == {
        "file": "main.pools.toml",
        "line": 6,
        "column": 1,
        "text": "descripton = 'x'",
    }


def test_a_fault_without_a_place_has_none(poolctl):
    document = json.loads(poolctl("validate", "-json").stdout)
    assert [one["location"] for one in document["diagnostics"]] == [None]


def test_a_valid_configuration_has_no_diagnostics(poolctl, starter):
    ended = poolctl("validate", "-json")
    assert ended.code == 0
    assert json.loads(ended.stdout) == {
        "format_version": "1.0",
        "valid": True,
        "error_count": 0,
        "warning_count": 0,
        "diagnostics": [],
    }
