"""Plans that take long to make, made once."""

import pytest
from review_plans import make_crowd


@pytest.fixture(scope="session")
def crowd():
    """Return a plan that changes 500 pools."""
    return make_crowd(500)
