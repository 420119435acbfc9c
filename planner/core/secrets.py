"""Which names are those of credentials, whose values are never shown."""

import re
from functools import lru_cache
from typing import Final

HIDDEN: Final = "(hidden)"
"""What stands in the place of a value that is not shown."""

CREDENTIAL_WORDS: Final = (
    r"passw(?:or)?d|secret|token|access_?key|private_?key|credential|api_?key|(?<![a-z])(?:ak|sk)(?![a-z])"
)
"""A pattern, without regard to case, of the words that such names hold."""


@lru_cache(maxsize=4096)
def is_secret_key(key: str) -> bool:
    """Tell whether a key names a credential, so that its value is never shown."""
    return _SECRET_NAME.search(key) is not None


_SECRET_NAME: Final = re.compile(CREDENTIAL_WORDS, re.IGNORECASE)
