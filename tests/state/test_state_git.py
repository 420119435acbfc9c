"""The state in git: what it leaves alone, who shares the ref, and what happens where git or the remote fails."""

import errno
import os

import pytest
from git_sites import STATE_REF, call_git, find_refs, make_clone, make_remote, open_clone
from state_values import ROOT, make_request, make_state

from planner.core.desired import GitBackend
from planner.state.errors import DocumentError, StateError, StoreError
from planner.state.stores.git.command import open_git, tell_git_words
from planner.state.stores.git.remote import GitRemote, find_state_remote
from planner.state.stores.slugs import make_slug

SECRET = "hunter2"


@pytest.fixture
def clone(tmp_path):
    return make_clone(tmp_path, "clone")


def save(store, serial, lock_id="lock-1"):
    with store.acquire(make_request(lock_id)):
        store.load()
        store.save(make_state(serial=serial))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, StoreError])
def test_lock_that_was_written_while_its_taker_was_stopped_does_not_stay(clone, tmp_path, monkeypatch, stop):
    push, stops = GitRemote.push, [stop()]

    def push_and_stop(remote, *moves):
        push(remote, *moves)
        monkeypatch.setattr(GitRemote, "push", push)
        raise stops[0]

    store = open_clone(clone)
    monkeypatch.setattr(GitRemote, "push", push_and_stop)
    with pytest.raises(stop):
        store.acquire(make_request())
    assert find_refs(make_remote(tmp_path)) == ["refs/heads/main"]
    save(open_clone(make_clone(tmp_path, "other")), 1)


def test_working_tree_index_and_branches_are_untouched(clone, tmp_path):
    (clone / "edited.txt").write_text("mine")
    call_git(clone, "add", "edited.txt")
    before = (find_refs(clone), call_git(clone, "status", "--porcelain"), call_git(clone, "diff", "--cached"))
    save(open_clone(clone), 1)
    refs = [one for one in find_refs(clone) if one != "refs/remotes/origin/poolctl-state"]
    assert (refs, call_git(clone, "status", "--porcelain"), call_git(clone, "diff", "--cached")) == before
    assert find_refs(make_remote(tmp_path)) == ["refs/heads/main", STATE_REF]
    assert sorted(path.name for path in clone.iterdir()) == [".git", ".poolctl", "edited.txt"]


def test_hooks_of_the_clone_are_not_run(clone, tmp_path):
    for name in ("pre-push", "reference-transaction"):
        hook = clone / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.chmod(0o755)
    save(open_clone(clone), 1)
    assert open_clone(clone).load().serial == 1
    assert not (tmp_path / "ran").exists()


def test_settings_of_a_hook_that_calls_poolctl_are_not_followed(clone, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    save(open_clone(clone), 1)
    assert open_clone(clone).load().serial == 1


def test_directories_share_a_ref_and_have_a_lock_each(clone):
    stores = []
    for name in ("a", "b"):
        (clone / name).mkdir()
        stores.append(open_clone(clone / name))
    first, second = stores
    with first.acquire(make_request("lock-a")), second.acquire(make_request("lock-b")):
        first.load()
        second.load()
        first.save(make_state(serial=1))
        second.save(make_state(serial=7))
        first.save(make_state(serial=2))
        second.save(make_state(serial=8))
    assert (open_clone(clone / "a").load().serial, open_clone(clone / "b").load().serial) == (2, 8)


def test_path_names_another_file_of_the_ref(clone):
    save(open_clone(clone, backend=GitBackend(path="prod/x.json")), 3)
    assert call_git(clone, "ls-tree", "-r", "--name-only", "origin/poolctl-state").split() == [
        ".poolctl-state",
        "prod/x.json",
    ]


@pytest.mark.parametrize("option", ["--depth=1", "--filter=blob:none", "--single-branch", "--bare"])
def test_clone_of_a_ci_job_will_do(clone, tmp_path, option):
    save(open_clone(clone), 1)
    call_git(make_remote(tmp_path), "config", "uploadpack.allowFilter", "true")
    call_git(tmp_path, "clone", "--quiet", option, make_remote(tmp_path).as_uri(), "job")
    save(open_clone(tmp_path / "job"), 2, lock_id="job")
    save(open_clone(clone), 3)
    job = open_clone(tmp_path / "job")
    assert job.load().serial == 3
    assert [one.serial for one in job.load_versions()] == [3, 2, 1]
    assert job.load_version(2).serial == 2


def test_ref_of_anything_else_is_left_alone(clone):
    with pytest.raises(DocumentError, match="holds something else"):
        open_clone(clone, backend=GitBackend(ref="refs/heads/main")).load()


def test_save_onto_a_ref_of_anything_else_is_refused(clone, tmp_path):
    main = call_git(make_remote(tmp_path), "rev-parse", "main")
    store = open_clone(clone, backend=GitBackend(ref="refs/heads/main"))
    with store.acquire(make_request()), pytest.raises(StateError):
        store.save(make_state(serial=1))
    assert call_git(make_remote(tmp_path), "rev-parse", "main") == main


def test_remote_that_is_gone_is_told_with_the_way_on(clone, tmp_path):
    save(open_clone(clone), 1)
    store = open_clone(clone)
    with store.acquire(make_request()):
        store.load()
        (tmp_path / "remote.git").rename(tmp_path / "away")
        with pytest.raises(StoreError) as caught:
            store.save(make_state(serial=2))
    detail = caught.value.diagnostics[0].detail
    assert "journal" in detail
    assert "poolctl plan" in detail
    (tmp_path / "away").rename(tmp_path / "remote.git")
    assert open_clone(clone).load().serial == 1


def test_lock_that_could_not_be_given_back_is_free_for_the_same_clone(clone, tmp_path):
    store, told = open_clone(clone), []
    with store.acquire(make_request("lock-1")):
        (tmp_path / "remote.git").rename(tmp_path / "away")
    (tmp_path / "away").rename(tmp_path / "remote.git")
    assert open_clone(clone).find_holder().id == "lock-1"
    with open_clone(clone).acquire(make_request("lock-2", notify=told.append)) as held:
        assert held.holder.id == "lock-2"
    assert [one.split(":")[0] for one in told] == ["The lock of a run that shows no life was taken over"]


def test_lock_that_the_server_does_not_let_go_is_told_and_does_no_harm(clone, tmp_path):
    call_git(make_remote(tmp_path), "config", "receive.denyDeletes", "true")
    store, told = open_clone(clone), []
    with store.acquire(make_request("lock-1", notify=told.append)):
        store.save(make_state(serial=1))
    (notice,) = told
    assert notice.startswith("The lock lock-1 could not be given back, and stands. This directory has the next one at")
    assert "no rule protects the refs of the state and its lock" in notice
    assert open_clone(clone).load().serial == 1
    with open_clone(clone).acquire(make_request("lock-2")) as held:
        assert held.holder.id == "lock-2"


def test_save_goes_on_after_the_remote_was_away(clone, tmp_path):
    store = open_clone(clone)
    with store.acquire(make_request()):
        store.save(make_state(serial=1))
        (tmp_path / "remote.git").rename(tmp_path / "away")
        with pytest.raises(StoreError):
            store.save(make_state(serial=2))
        (tmp_path / "away").rename(tmp_path / "remote.git")
        store.save(make_state(serial=2))
    assert open_clone(clone).load().serial == 2


def test_remote_that_refuses_is_told(clone, tmp_path):
    hook = make_remote(tmp_path) / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'no pushes on \033[31mFriday' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(StoreError, match="refuses the push") as caught:
        open_clone(clone).acquire(make_request())
    assert "no pushes on \\x1b[31mFriday" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize("name", ["nowhere", "clone"])
def test_name_of_no_remote_is_refused(clone, name):
    with pytest.raises(StoreError, match="not there"):
        open_clone(clone, backend=GitBackend(remote=name))


def test_directory_outside_of_a_repository_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(StoreError, match="cannot be used"):
        open_clone(tmp_path)


def test_git_that_is_not_installed_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be used"):
        open_git(tmp_path, {"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    "text",
    [
        f"fatal: unable to access 'https://ci:{SECRET}@host/a.git/': no route",
        f"fatal: https://{SECRET}@host/a.git not found",
        f"fatal: ssh://{SECRET}@host:22/a",
        f"fatal: https://ci:p@{SECRET}@host/a.git not found",
    ],
)
def test_credentials_of_an_address_are_masked(text):
    words = tell_git_words(text.encode())
    assert SECRET not in words
    assert "://***@host" in words


def test_password_in_the_address_of_a_remote_is_never_told(clone):
    call_git(clone, "remote", "set-url", "origin", f"http://ci:{SECRET}@127.0.0.1:9/x.git")
    with pytest.raises(StoreError) as caught:
        open_clone(clone).load()
    assert SECRET not in str(caught.value.diagnostics)


def test_git_never_asks(clone):
    environment = open_git(clone, {"PATH": os.environ["PATH"], "SSH_ASKPASS": "/bin/x"}).environment
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    assert "BatchMode=yes" in environment["GIT_SSH_COMMAND"]
    assert "SSH_ASKPASS" not in environment


def test_ssh_command_of_the_user_is_kept(clone):
    call_git(clone, "config", "core.sshCommand", "ssh -i key")
    environment = {"PATH": os.environ["PATH"]}
    assert open_git(clone, environment).environment["GIT_SSH_COMMAND"].startswith("ssh -i key -oBatchMode=yes")


def test_slugs_tell_paths_apart():
    slugs = {make_slug(one) for one in ("a/b.json", "a-b.json", "a b.json", "ä/b.json", "-.json")}
    assert len(slugs) == 5
    assert all(one.replace("-", "").isalnum() and one.isascii() for one in slugs)


def test_new_configuration_is_kept_at_the_only_remote(clone):
    environment = {"PATH": os.environ["PATH"]}
    assert find_state_remote(clone, environment) == "origin"
    call_git(clone, "remote", "rename", "origin", "upstream")
    assert find_state_remote(clone, environment) == "upstream"
    call_git(clone, "remote", "add", "other", "x")
    assert find_state_remote(clone, environment) == ""


def test_tour_in_the_repository_of_poolctl_is_kept_beside_its_files():
    assert find_state_remote(ROOT / "examples", {"PATH": os.environ["PATH"]}) == ""


def test_heartbeat_that_arrived_without_an_answer_is_not_taken_for_somebody_elses(clone, tmp_path, monkeypatch):
    monkeypatch.setattr("planner.state.locks.leased_lock._FRESH", 0.0)
    monkeypatch.setattr("planner.state.locks.leased_lock._SHARE", 0)
    remote = make_remote(tmp_path)
    with open_clone(clone).acquire(make_request("lock-1")) as held:
        hook = remote / "hooks" / "post-receive"
        hook.write_text(f"#!/bin/sh\nmv {remote} {tmp_path / 'away'}\nkill -9 $PPID\n")
        hook.chmod(0o755)
        before = call_git(remote, "for-each-ref")
        with pytest.raises(StoreError):
            held.renew()
        (tmp_path / "away").rename(remote)
        hook.unlink()
        assert call_git(remote, "for-each-ref") != before
        held.require(1.0)
    assert open_clone(clone).find_holder() is None


def test_heartbeat_that_finds_no_room_on_the_disk_is_told_as_any_other(clone, monkeypatch):
    def refuse(**_names):
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_clone(clone).acquire(make_request("lock-1")) as held:
        with monkeypatch.context() as patched:
            patched.setattr("tempfile.mkdtemp", refuse)
            with pytest.raises(StoreError) as caught:
                held.renew()
        held.renew()
    assert "No space left on device" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(GitBackend(ref="refs/heads/other"), id="another ref"),
        pytest.param(GitBackend(remote="second"), id="another remote"),
    ],
)
def test_locks_of_one_path_at_two_places_are_held_at_once(clone, tmp_path, other):
    call_git(tmp_path, "clone", "--quiet", "--bare", make_remote(tmp_path).as_uri(), "second.git")
    call_git(clone, "remote", "add", "second", (tmp_path / "second.git").as_uri())
    clock = iter(range(0, 10_000, 100))
    with (
        open_clone(clone).acquire(make_request("lock-1")),
        open_clone(clone, backend=other, clock=lambda: next(clock)).acquire(make_request("lock-2")) as held,
    ):
        assert held.holder.id == "lock-2"
