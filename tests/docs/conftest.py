"""Documents of the repository, compared with what they should say and refreshed by ``--update-golden``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from made_once import make_once

from tools.site import make_site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the repository."""
    return ROOT


@pytest.fixture
def keep_document(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return ``keep_document(name, text)``: the document ``name`` has to be ``text``, or becomes it."""

    def compare(name: str, text: str) -> None:
        path = ROOT / name
        if request.config.getoption("--update-golden") and path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, f"{name} is out of date: pytest tests/docs --update-golden"

    return compare


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the documentation site; its making fails at the generator's first warning."""
    return make_once(tmp_path_factory, "site", make_site) / "site"
