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


def test_a_fault_has_the_range_and_the_snippet_of_terraform(poolctl, place):
    text = POOL + "# ä\ndescription = 'ä' # é\nscope = ['Train', 'Ünfer']\n"
    (place / "main.pools.toml").write_text(text, encoding="utf-8")
    (fault,) = json.loads(poolctl("validate", "-json").stdout)["diagnostics"]
    before = text.encode().index("'Ünfer'".encode())
    assert fault["range"] == {
        "filename": "main.pools.toml",
        "start": {"line": 8, "column": 19, "byte": before},
        "end": {"line": 8, "column": 26, "byte": before + len("'Ünfer'".encode())},
    }
    assert fault["snippet"] == {
        "context": "pool.a",
        "code": "scope = ['Train', 'Ünfer']",
        "start_line": 8,
        "highlight_start_offset": 18,
        "highlight_end_offset": 25,
        "values": [],
    }


def test_warnings_are_told_of_valid_files_too(poolctl, place):
    (place / "main.pools.toml").write_text(POOL + "driver.gpu_version = '1'\n", encoding="utf-8")
    ended = poolctl("validate", "-json")
    document = json.loads(ended.stdout)
    assert ended.code == 0
    assert (document["valid"], document["error_count"], document["warning_count"]) == (True, 0, 1)
    assert [one["severity"] for one in document["diagnostics"]] == ["warning"]


def test_a_fault_without_a_place_has_none(poolctl):
    (fault,) = json.loads(poolctl("validate", "-json").stdout)["diagnostics"]
    assert fault["location"] is None
    assert {"range", "snippet"} & fault.keys() == set()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfea", id="no UTF-8"),
        pytest.param(b"\xef\xbb\xbfa = 1\n", id="a byte order mark"),
        pytest.param(b"a = [1,\n", id="a file that ends too early"),
        pytest.param(b'a = 1\r\nb = "\r\n', id="line ends of another system"),
        pytest.param(b"", id="an empty file"),
    ],
)
def test_every_place_lies_within_the_file(poolctl, place, content):
    (place / "main.pools.toml").write_bytes(content)
    ranges = [one["range"] for one in json.loads(poolctl("validate", "-json").stdout)["diagnostics"]]
    assert all(0 <= one["start"]["byte"] <= one["end"]["byte"] for one in ranges)
    assert all(one["start"]["byte"] <= len(content) for one in ranges)


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
