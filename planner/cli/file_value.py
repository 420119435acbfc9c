"""Files on the command line: given to commands as paths, which only those pay for that take one."""

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from pathlib import Path


class FileValue(click.Path):
    """The path of a file or directory, as a ``pathlib.Path``; the command itself opens it."""

    def coerce_path_result(self, value: Any) -> "Path":
        """Return the path."""
        from pathlib import Path

        return Path(value)


FILE: Final = FileValue()
