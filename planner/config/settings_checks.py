"""``[poolctl]``, ``[backend]`` and ``[provider]``: versions, paths, addresses of services, environment."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult

from planner.config.blocks import RawBlock, RawBlocks, read_text
from planner.config.faults import Fault
from planner.config.urls import has_credentials, is_loopback, mask_credentials, split_url
from planner.config.versions import is_version_accepted
from planner.config.wording import find_near, format_value


def find_settings_faults(blocks: RawBlocks, environment: Mapping[str, str], *, version: str) -> Iterator[Fault]:
    """Yield what is wrong with the settings; ``version`` is this poolctl's."""
    for rows in blocks.settings.values():
        yield from _check_single(rows)
    for row in blocks.settings[("poolctl",)]:
        yield from _check_version(row, version=version)
    if rows := blocks.settings[("backend",)]:
        from planner.config.backend_checks import find_backend_faults

        for row in rows:
            yield from find_backend_faults(row)
    for row in blocks.settings[("provider", "modelarts")]:
        yield from _check_endpoint(row)
        yield from _check_environment(row, environment)


SIMULATOR: Final = "simulator"
_VARIABLES: Final = (
    ("region", ("HW_REGION_NAME", "OS_REGION_NAME")),
    ("project_id", ("HW_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID", "OS_PROJECT_ID")),
)


def _check_single(rows: tuple[RawBlock, ...]) -> Iterator[Fault]:
    for row in rows[1:]:
        yield row.make_fault(
            code="config.duplicate-block",
            summary="the same block in two files",
            detail=f"[{'.'.join(map(str, row.path))}] stands in {rows[0].file} and in {row.file}; it holds for all "
            "files of the directory. Keep one of the two.",
            is_value=False,
        )


def _check_version(row: RawBlock, *, version: str) -> Iterator[Fault]:
    text = read_text(row, "required_version")
    verdict = is_version_accepted(text, version) if text else True
    if verdict is None:
        yield row.make_fault(
            "required_version",
            code="config.bad-value",
            summary="not a version requirement",
            detail=f'Found {format_value(text)}. Write comparisons with commas between them, such as ">=0.1, <2".',
        )
    elif not verdict:
        yield row.make_fault(
            "required_version",
            code="config.required-version",
            summary="these files need another version of poolctl",
            detail=f"They ask for {format_value(text)}, this is {version}; it might read them as something else than "
            "was meant. Install a version that fits.",
        )


def _check_endpoint(row: RawBlock) -> Iterator[Fault]:
    text = read_text(row, "endpoint")
    if not text or text == SIMULATOR:
        return
    parts = split_url(text)
    if parts is not None and has_credentials(parts):
        yield row.make_fault(
            "endpoint",
            code="config.secret",
            summary="credentials do not belong in the files",
            detail="The address holds a user name or password. Delete that part, make the password invalid if the file "
            "was shared, and give credentials in the environment (HW_ACCESS_KEY and HW_SECRET_KEY, or HW_AUTH_TOKEN).",
        )
    elif why := _judge_url(text, parts):
        yield row.make_fault(
            "endpoint",
            code="config.endpoint",
            summary="endpoint is not accepted",
            detail=f'{why.strip()} Write "{SIMULATOR}" for the embedded simulator, an https:// address, or '
            "leave it out: then it comes from the region.",
        )


def _judge_url(text: str, parts: SplitResult | None) -> str:
    """Return why ``text`` is no address of a service, in words; empty where it is one."""
    if parts is None or not parts.hostname or parts.scheme not in {"http", "https"}:
        return f"{format_value(mask_credentials(text))} is no https:// address. {find_near(text, [SIMULATOR])}"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "Over plain http:// everybody on the way could read the token."
    if parts.query or parts.fragment or parts.path.strip("/"):
        return "An address ends after the host and port."
    return ""


def _check_environment(row: RawBlock, environment: Mapping[str, str]) -> Iterator[Fault]:
    # The simulator takes nothing from the environment, so that trying it needs no clean shell.
    if read_text(row, "endpoint") == SIMULATOR:
        return
    for key, names in _VARIABLES:
        text = read_text(row, key)
        name = next((one for one in names if environment.get(one)), "")
        if text and name and environment[name] != text:
            yield row.make_fault(
                key,
                code="config.environment-differs",
                summary="files and environment differ",
                detail=f"{key} is {format_value(text)} here and {format_value(environment[name])} in {name}; planning "
                "for the wrong one would make everything anew. Make both agree, or unset the variable.",
            )
