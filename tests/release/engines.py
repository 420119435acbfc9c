"""The image of the recipe, built and run by an engine of containers; only ``make image-check`` asks for it."""

import os
import shlex
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_FROM_DEBIAN = "debootstrap:"
PLACE = "/work"
"""Where the recipe has the files of its user."""

# Read before the fixtures that give the tests a home of their own: an engine without root keeps its images in the home.
HERE = dict(os.environ)
_TAGS = ("localhost/poolctl-check", "localhost/poolctl-check-base")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """``podman`` or ``docker`` with the image that it made; what it runs has a root that nobody can write."""

    words: tuple[str, ...]
    image: str = _TAGS[0]

    def call(self, *arguments, check=True, **more):
        """Call the engine itself."""
        command = [*self.words, *map(str, arguments)]
        return subprocess.run(command, check=check, env=HERE, capture_output=True, text=True, **more)

    def list_words(self, *arguments, work, options=(), network="host"):
        """Return the command that runs poolctl in the directory ``work``."""
        place = (
            "--read-only",
            f"--network={network}",
            "--volume",
            f"{work}:{PLACE}",
            "--env",
            "HW_AUTH_TOKEN=any-text",
        )
        return [*self.words, "run", "--rm", *place, *options, self.image, *arguments]

    def run(self, *arguments, **how):
        """Run poolctl, and let it end."""
        return subprocess.run(self.list_words(*arguments, **how), check=False, env=HERE, capture_output=True, text=True)

    def run_other(self, program, *arguments, options=(), **how):
        """Run another program of the image."""
        return self.run(*arguments, options=("--entrypoint", program, *options), **how)


def make_engine(context: Path, scratch: Path) -> Engine:
    """Build the recipe below ``context``, on the base that IMAGE_BASE names.

    ``debootstrap:SUITE`` makes that base from the packages of Debian, where no registry of images is in reach.
    """
    base = HERE["IMAGE_BASE"]
    engine = Engine(words=tuple(shlex.split(HERE.get("IMAGE_ENGINE") or "podman")))
    if base.startswith(_FROM_DEBIAN):
        base = _import_debian(engine, base.removeprefix(_FROM_DEBIAN), scratch / "root")
    built = engine.call(
        *("build", "--file", context / "Containerfile", "--build-arg", f"BASE={base}", "--tag", engine.image, context),
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return engine


def remove_images(engine: Engine) -> None:
    """Remove what was built here."""
    engine.call("image", "rm", "--force", *_TAGS, check=False)


def _import_debian(engine: Engine, suite: str, folder: Path) -> str:
    packages = "--include=python3,python3-venv,ca-certificates"
    subprocess.run(["debootstrap", "--variant=minbase", packages, suite, folder], check=True, capture_output=True)
    # The base trusts whom this machine trusts: a network may have a certificate of its own.
    trusted = HERE.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    here = Path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copyfile(here if here.exists() else Path(str(trusted)), folder / "etc/ssl/certs/ca-certificates.crt")
    with subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE) as packed:
        engine.call("import", "-", _TAGS[1], stdin=packed.stdout)
    shutil.rmtree(folder)
    return _TAGS[1]
