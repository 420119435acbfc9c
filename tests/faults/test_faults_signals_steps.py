"""Ctrl-C and SIGTERM at each step of settling and of saving: an end in words, no lock left, and nothing is twice."""

import os
import signal
from pathlib import Path

import pytest
from kill_scenes import SCENES
from kill_stage import open_stage
from nursery import Nursery

ASKING = (signal.SIGINT, signal.SIGTERM)
SETTLING = SCENES["create, after send POST /v2/*/pools"]
"""An apply that settles a creation, saves what it found, and goes on."""


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    # The machine does not die here: whether the disk has confirmed a write makes no difference.
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


def test_a_signal_at_any_step_ends_in_words_and_the_next_apply_goes_on(nursery: Nursery, tmp_path: Path):
    with open_stage(SETTLING, tmp_path, nursery=nursery) as stage:
        stage.ask_at_each_step(*ASKING)
    assert not stage.faults, "\n".join(stage.faults)
    assert SETTLING.steps <= stage.seen
