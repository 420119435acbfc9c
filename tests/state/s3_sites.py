"""A real S3-compatible server on loopback, buckets in it, and stores of states in those."""

import atexit
import functools
import hashlib
import os
import subprocess
import sys
from dataclasses import replace

from state_values import make_request, make_state

from planner.core.desired import S3Backend
from planner.state.stores.history import SaveNote
from planner.state.stores.s3.client import open_s3_client
from planner.state.stores.s3.objects import S3Objects
from planner.state.stores.s3.store import open_s3_store

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests"}
KEY = "prod/pools.state.json"
# The log of requests would fill a pipe that nobody reads.
SERVER = """
import logging, os, sys, threading
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
logging.getLogger("werkzeug").disabled = True
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
# The pipe ends with whoever started this, also where that one is killed.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
"""


@functools.cache
def find_endpoint():
    """Return the address of the server of this test process, which ends with it."""
    child = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(stop, child)
    os.environ.update(CREDENTIALS)
    return f"http://127.0.0.1:{int(child.stdout.readline())}"


def stop(child):
    child.kill()
    child.communicate()


def make_bucket(place, *, endpoint="", key=KEY):
    """Return where a state can be in the bucket of ``place``, which is made where it is missing."""
    name = f"states-{hashlib.sha256(str(place).encode()).hexdigest()[:16]}"
    where = S3Backend(bucket=name, key=key, region="us-east-1", endpoint=endpoint or find_endpoint())
    make_once(where)
    return where


@functools.cache
def make_once(where):
    find_client(where).calls.create_bucket(Bucket=where.bucket)


def open_bucket(directory, where, **options):
    """Open the store of ``directory``, which is made where it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    return open_s3_store(directory, find_client(where), **options)


def find_client(where):
    """Return a client for ``where``; making one takes a tenth of a second, so there is one for each address."""
    return replace(open_once(where.endpoint), where=where)


@functools.cache
def open_once(endpoint):
    return open_s3_client(S3Backend(bucket="any", key=KEY, region="us-east-1", endpoint=endpoint))


def put(where, data, key=KEY):
    find_client(where).calls.put_object(Bucket=where.bucket, Key=key, Body=data)


def get(where, key=KEY):
    return find_client(where).calls.get_object(Bucket=where.bucket, Key=key)["Body"].read().decode()


def find_keys(where):
    return list(S3Objects(find_client(where)).list_keys(""))


def save(store, serial, lock_id="lock-1", note=None):
    with store.acquire(make_request(lock_id)):
        store.load()
        store.save(make_state(serial=serial), note or SaveNote())
