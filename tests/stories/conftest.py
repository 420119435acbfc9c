"""A scene for each story, in an environment that says nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rollout_site import Night, make_files
from story_site import Story, open_story


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    # How long a client backs off is proven in tests/remote: here only what comes of it.
    monkeypatch.setattr("planner.remote.retry.LONGEST_BACKOFF", 0.001)
    with open_story(tmp_path) as opened:
        yield opened


@pytest.fixture
def night(story: Story, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Return the scene with ten pools of the old driver, whose new one is in the files."""
    found = Night(story)
    monkeypatch.setattr("planner.cli.workplaces.read_clock", found.read_clock)
    story.begin(make_files("440.33"))
    story.fail = found.answer
    story.files(make_files("470.57"))
    return found
