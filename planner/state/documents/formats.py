"""How documents spell their version and their moments."""

from typing import Final, Literal

FORMAT_VERSION: Literal["1.0"] = "1.0"
MOMENT_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
