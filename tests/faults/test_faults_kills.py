"""kill -9 at each step: the next plan says the truth, the next apply ends it, nothing is lost and nothing is twice."""

import os
from pathlib import Path

import pytest
from kill_scenes import SCENES
from kill_stage import open_stage
from nursery import Nursery


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    # The machine does not die here: whether the disk has confirmed a write makes no difference.
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.mark.parametrize("name", SCENES)
def test_a_kill_at_any_step_loses_nothing_and_makes_nothing_twice(name: str, nursery: Nursery, tmp_path: Path):
    with open_stage(SCENES[name], tmp_path, nursery=nursery) as stage:
        stage.kill_at_each_step()
    assert stage.faults == []
    assert SCENES[name].steps <= stage.seen
