"""The faults of docs/simulator.md are those that a script can have."""

import re

from planner.simulator.fault_files import DEFAULTS, parse_script
from planner.simulator.requests import Request


def test_the_example_of_a_script_does_what_its_comments_say(root):
    text = (root / "docs" / "simulator.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(\[\[fault\]\].*?)^```$", text, re.MULTILINE | re.DOTALL)
    script = parse_script(example)
    request = Request(method="GET", path="/v2/a-project/pools", headers={}, body=b"")
    assert [getattr(script(request), "status", 200) for _ in range(4)] == [200, 429, 429, 200]


def test_the_table_names_each_kind_with_its_keys(root):
    text = (root / "docs" / "simulator.md").read_text(encoding="utf-8")
    table = text[text.index("| `kind` | What the client sees") :].split("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines()[2:]]
    named = {cells[1].strip(" `"): set(re.findall(r"`(\w+)`", cells[4])) for cells in rows}
    assert named == {kind: set(members) for kind, members in DEFAULTS.items()}
