"""The state moves from this disk into a database, from there to GitLab, and home again."""

import json
import subprocess
from pathlib import Path

import pytest
from http_state_server import StateServer, serve_state
from postgres_site import make_backend
from s3_sites import CREDENTIALS, find_endpoint, make_bucket
from story_site import Story
from team_site import NETWORK, POOL, format_http_backend, format_postgres_backend

RECEIPTS = 25


@pytest.fixture
def site():
    with serve_state(is_gitlab=True) as one:
        yield one


@pytest.fixture
def here(story: Story, tmp_path: Path) -> Story:
    """A directory with its state on this disk, and more receipts than a server keeps."""
    directory = tmp_path / "here"
    directory.mkdir()
    made = Story(directory=directory, server=story.server)
    made.files(NETWORK, POOL)
    assert made.apply("--reason", "INC-1").code == 0
    folder = directory / "pools.state.receipts"
    newest = next(folder.iterdir())
    texts = {f"20200101T0000{number:02}000Z-a": newest.read_text(encoding="utf-8") for number in range(1, RECEIPTS)}
    assert [(folder / f"{name}.json").write_text(text, encoding="utf-8") for name, text in texts.items()]
    return made


def find_kept(site: StateServer) -> int:
    return len(json.loads(site.stored)["receipts"])


def test_state_moves_between_servers_and_home_again(here: Story, site: StateServer, tmp_path: Path):
    database = format_postgres_backend(make_backend(tmp_path))
    here.files(database, NETWORK, POOL)
    moved = here.run("state", "migrate", "--from", "local", "--auto-approve")
    assert moved.code == 0, moved.err
    assert f"Receipts copied: {RECEIPTS}." in moved.out + moved.err
    assert here.is_settled()
    here.files(format_http_backend(site.backend), NETWORK, POOL)
    where = make_backend(tmp_path)
    origin = f"postgres:conn={where.conn},schema={where.schema},path={where.path}"
    moved = here.run("state", "migrate", "--from", origin, "--auto-approve")
    assert moved.code == 0, moved.err
    assert find_kept(site) == 20
    assert here.is_settled()
    assert "INC-1" in here.run("log").out
    here.files(database, NETWORK, POOL)
    assert "[state.moved]" in here.run("plan").err
    here.files('[backend.local]\npath = "home.json"\n', NETWORK, POOL)
    origin = ",".join(
        (
            f"http:address={site.backend.address}",
            f"lock_address={site.backend.lock_address}",
            "lock_method=POST",
            "unlock_method=DELETE",
        )
    )
    moved = here.run("state", "migrate", "--from", origin, "--auto-approve")
    assert moved.code == 0, moved.err
    assert here.is_settled()


def test_state_moves_into_a_bucket_and_on_into_git_with_its_versions(
    here: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, text in CREDENTIALS.items():
        monkeypatch.setenv(name, text)
    where, endpoint = make_bucket(tmp_path), find_endpoint()
    assert here.run("state", "mv", "pool.a", "pool.b").code == 0
    assert here.run("state", "mv", "pool.b", "pool.a").code == 0
    keys = {"bucket": where.bucket, "key": where.key, "region": "eu-de", "endpoint": endpoint}
    here.files("\n".join(("[backend.s3]", *(f'{key} = "{text}"' for key, text in keys.items()))), NETWORK, POOL)
    moved = here.run("state", "migrate", "--auto-approve")
    assert moved.code == 0, moved.err
    assert here.is_settled()
    serials = [one["serial"] for one in json.loads(here.run("log", "-o", "json").out)["saves"]]
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "r.git")], check=True)
    subprocess.run(["git", "init", "--quiet", str(here.directory)], check=True)
    subprocess.run(["git", "-C", str(here.directory), "remote", "add", "origin", str(tmp_path / "r.git")], check=True)
    here.files("[backend.git]\n", NETWORK, POOL)
    origin = "s3:" + ",".join(f"{key}={text}" for key, text in keys.items())
    moved = here.run("state", "migrate", "--from", origin, "--auto-approve")
    assert moved.code == 0, moved.err
    assert here.is_settled()
    told = json.loads(here.run("log", "-o", "json").out)
    assert {one["serial"] for one in told["saves"]} >= {*serials}
    assert next(one["reason"] for one in told["receipts"]) == "INC-1"
    assert "  > pool.a  was pool.b" in here.run("state", "diff", str(serials[-1])).out
