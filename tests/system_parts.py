"""Parts of the system that some tests need: one that is missing is a failure in CI, and elsewhere passes them over."""

import os

import pytest

# Read before the fixtures that silence the environment.
IS_CI = bool(os.environ.get("CI"))


def need(words, *, is_there):
    """Fail or skip where a part is missing that ``words`` name."""
    if not is_there:
        (pytest.fail if IS_CI else pytest.skip)(f"{words}: .ci/run installs it")
