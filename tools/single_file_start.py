"""What the single file does before anything else: see that it can run here, and unpack itself.

Whatever Python starts that file reads this, so that it has to be plain.
"""

import sys
import sysconfig
from pathlib import Path
from typing import Any

_OTHERS = "Run it with that Python, or install the wheel, which runs on all"
_PLACE = "Set SHIV_ROOT to a folder that only you can write, with 80 MB to spare"


def start() -> None:
    """Unpack at the first start, and go on as poolctl."""
    from _bootstrap import bootstrap, current_zipfile

    with current_zipfile() as archive:
        here, made_for = name_platform(), archive.read("made-for").decode()
        if here != made_for:
            sys.exit(_format(f"this file is made for {made_for}, and this is {here}", _OTHERS))
        try:
            _unpack(archive)
        except KeyboardInterrupt:
            sys.exit(1)
        except (OSError, RuntimeError) as error:
            sys.exit(_format(f"this file cannot unpack itself: {error}", _PLACE))
    bootstrap()


def name_platform() -> str:
    """Return for which Python on which platform compiled packages are made, such as ``cp311-linux_x86_64``."""
    tag = str(sys.implementation.cache_tag).replace("cpython-", "cp")
    library = "_musl" if "musl" in str(sysconfig.get_config_var("SOABI")) else ""
    return f"{tag}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}{library}"


def _unpack(archive: Any) -> None:
    from _bootstrap import cache_path, extract_site_packages
    from _bootstrap.environment import Environment

    settings = Environment.from_json(archive.read("environment.json").decode())
    place = cache_path(archive, settings.root, settings.build_id)
    if not Path(place, "site-packages").exists():
        extract_site_packages(archive, place)


def _format(what: str, remedy: str) -> str:
    """Return what Python writes on stderr when it is left with it, at exit code 1."""
    return f"Error: {what.rstrip('.')}.\n{remedy}: docs/install.md."
