"""``--json-into`` a file that takes no more: the run goes on to its end, and the loss is told there."""

import os

import pytest
from story_site import make_pool_block, open_story


@pytest.fixture
def story(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    with open_story(tmp_path) as opened:
        opened.seed_network("network-maos")
        opened.files(make_pool_block())
        yield opened


@pytest.fixture
def pipe(story):
    """A named pipe whose reader goes away at the first request that changes something."""
    path = story.directory / "events"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    open_ends = [reader]

    def go_away(request):
        ends = [open_ends.pop()] if request.is_write and open_ends else []
        list(map(os.close, ends))

    story.fail = go_away
    yield path
    list(map(os.close, open_ends))


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_full_disk_is_told_before_anything_is_done(story, command):
    ended = getattr(story, command)("--json-into", "/dev/full")
    assert ended.code == 1
    assert "--json-into cannot write /dev/full: No space left on device." in " ".join(ended.err.split())
    assert story.server.requests == []


def test_an_apply_goes_on_to_its_end_without_the_reader_of_its_events(story, pipe):
    ended = story.apply("--json-into", pipe.name)
    assert ended.code == 1
    assert "Apply complete" in ended.out
    assert "[terminal.write-failed]" in ended.err
    assert story.plan().code == 0
