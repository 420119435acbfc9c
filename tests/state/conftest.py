"""A bucket for each test, and a store of a state in it; what serves it is started where it is asked for."""

from dataclasses import replace

import pytest
from s3_proxy import Meddling, serve_proxy
from s3_sites import find_endpoint, make_bucket, open_bucket


@pytest.fixture
def s3_where(tmp_path):
    return make_bucket(tmp_path)


@pytest.fixture
def s3_store(s3_where, tmp_path):
    return open_bucket(tmp_path / "a", s3_where)


@pytest.fixture
def meddling():
    return Meddling()


@pytest.fixture
def meddled(meddling, s3_where, tmp_path):
    """Open stores of the same state through a proxy that meddles."""
    with serve_proxy(find_endpoint(), meddling) as endpoint:
        yield lambda name: open_bucket(tmp_path / name, replace(s3_where, endpoint=endpoint))
