"""Where processes race for the lock of one state: for each store, what is made first, and how a racer opens it.

A new store joins by one line in ``SITES``.
"""

import dataclasses
import os
from collections.abc import Callable

from git_sites import make_clone, open_clone
from http_state_server import StateServer, find_site, open_at
from postgres_site import make_backend, open_in
from s3_sites import CREDENTIALS, make_bucket, open_bucket

from planner.core.desired import PostgresBackend, S3Backend
from planner.state.locks import lease
from planner.state.stores.local.store import open_local_store

# What a racer's store gets as timeout of a request: the lease is then the shortest one, which a test sets.
_BRIEF = 0.1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Site:
    """A store that many share. ``prepare`` makes what the racer ``name`` needs and tells it, as JSON, to ``open``.

    ``has_lease`` is false where a dead holder gives way at once.
    """

    prepare: Callable
    open: Callable
    has_lease: bool = True


def prepare_local(folder, name):
    (folder / "shared").mkdir(exist_ok=True)


def open_local(folder, name, told):
    return open_local_store(folder / "shared", "pools.state.json")


def prepare_git(folder, name):
    make_clone(folder, name)


def open_git(folder, name, told):
    return open_clone(folder / name, request_timeout=_BRIEF)


def prepare_s3(folder, name):
    return dataclasses.asdict(make_bucket(folder))


def open_s3(folder, name, told):
    os.environ.update(CREDENTIALS)
    return open_bucket(folder / name, S3Backend(**told), request_timeout=_BRIEF)


def prepare_http(folder, name):
    return {"url": find_site(folder, is_gitlab=False).url}


def open_http(folder, name, told):
    # One directory for all: only there a dead holder gives way by itself.
    return open_at(StateServer(**told), folder / "shared")


def prepare_postgres(folder, name):
    return dataclasses.asdict(make_backend(folder))


def open_postgres(folder, name, told):
    return open_in(folder / name, PostgresBackend(**told), request_timeout=_BRIEF)


SITES = {
    "local": Site(prepare=prepare_local, open=open_local, has_lease=False),
    "git": Site(prepare=prepare_git, open=open_git),
    "s3": Site(prepare=prepare_s3, open=open_s3),
    "http": Site(prepare=prepare_http, open=open_http, has_lease=False),
    "postgres": Site(prepare=prepare_postgres, open=open_postgres),
}


def open_racer(kind, folder, *, name, told, seconds):
    """Return the store of a racer; its lease is ``seconds``, where there is one."""
    lease.SHORTEST_LEASE = seconds
    return SITES[kind].open(folder, name, told)
