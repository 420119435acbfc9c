"""The profile files of Huawei Cloud: KooCLI's ``~/.hcloud/config.json`` and the SDKs' ``~/.huaweicloud/credentials``.

Their shapes: terraform-provider-huaweicloud ``huaweicloud/config/auth.go``, huaweicloudsdkcore ``auth/provider.py``.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.core.trees import Tree, as_text, as_tree
from planner.remote.credentials import KeyPair, Login
from planner.remote.errors import CredentialsError
from planner.remote.outside_text import format_outside_text

_HCLOUD_VARIABLES: Final = ("HW_SHARED_CONFIG_FILE", "HW_PROFILE")
_SDK_VARIABLE: Final = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
_LARGEST_FILE: Final = 1024 * 1024
_READABLE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""An access key as it is issued. KooCLI's ciphertext is longer, or holds other characters."""
_INSTEAD: Final = "set HW_ACCESS_KEY and HW_SECRET_KEY instead"


def find_hcloud_login(environment: Mapping[str, str], *, is_named: bool) -> Login | None:
    """Return what KooCLI's configuration says: where ``is_named``, only if the environment asks for it.

    None where nobody asks, or where the file is not there and nobody named it. Raises CredentialsError.
    """
    if is_named and not any(map(environment.get, _HCLOUD_VARIABLES)):
        return None
    path = find_path(environment, "HW_SHARED_CONFIG_FILE", default=(".hcloud", "config.json"))
    text = read_file(path, is_needed=is_named)
    return None if text is None else _read_hcloud(text, place=str(path), wanted=environment.get("HW_PROFILE", ""))


def find_sdk_login(environment: Mapping[str, str], *, is_named: bool) -> Login | None:
    """Return what the SDKs' credentials file says in its section ``basic``; as ``find_hcloud_login``."""
    if is_named and not environment.get(_SDK_VARIABLE):
        return None
    path = find_path(environment, _SDK_VARIABLE, default=(".huaweicloud", "credentials"))
    text = read_file(path, is_needed=is_named)
    return None if text is None else _read_sdk(text, place=str(path))


def find_path(environment: Mapping[str, str], variable: str, *, default: tuple[str, ...]) -> Path:
    """Return the path in ``variable``, where ``~`` is the home directory, or ``default`` below that directory."""
    home = find_home(environment)
    written = environment.get(variable, "")
    if written == "~" or written.startswith("~/"):
        return home / written[2:]
    return Path(written) if written else home.joinpath(*default)


def find_home(environment: Mapping[str, str]) -> Path:
    """Return the home directory; for who has none, such as a number without a name in a container, a missing one."""
    try:
        return Path(environment.get("HOME") or Path.home())
    except RuntimeError:
        return Path("/nonexistent")


def read_file(path: Path, *, is_needed: bool) -> str | None:
    """Return the text of ``path``, None where it is missing and not needed. Raises CredentialsError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        if is_needed:
            raise make_file_error(str(path), "it does not exist") from None
        return None
    except OSError as error:
        raise make_file_error(str(path), error.strerror or "it cannot be read") from None
    if len(content) > _LARGEST_FILE:
        raise make_file_error(str(path), "it is larger than such a file can be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise make_file_error(str(path), "it is not UTF-8") from None


def make_file_error(place: str, reason: str) -> CredentialsError:
    """Return the error for a file that credentials should be in; its contents are never quoted."""
    return CredentialsError(
        "A credentials file cannot be used",
        f"{format_outside_text(place)}: {reason}. Correct the file, or {_INSTEAD}.",
    )


def _read_hcloud(text: str, *, place: str, wanted: str) -> Login:
    try:
        document = as_tree(json.loads(text))
    except (ValueError, RecursionError):
        raise make_file_error(place, "it is not JSON") from None
    listed = document.get("profiles")
    profiles = [as_tree(one) for one in listed] if isinstance(listed, list) else []
    name = wanted or as_text(document.get("current")) or "default"
    profile = next((one for one in profiles if as_text(one.get("name")) == name), None)
    if profile is None:
        names = ", ".join(filter(None, (as_text(one.get("name")) for one in profiles))) or "none"
        shown = format_outside_text(f'it has no profile "{name}"; it has: {names}. Set HW_PROFILE to one of them')
        raise make_file_error(place, shown)
    return Login(
        credentials=_read_profile(profile, place=format_outside_text(f'profile "{name}" of {place}')),
        region=as_text(profile.get("region")),
        project_id=as_text(profile.get("projectId")),
    )


def _read_profile(profile: Tree, *, place: str) -> KeyPair:
    mode = as_text(profile.get("mode")) or "AKSK"
    if mode not in {"AKSK", "SSO"} or profile.get("agencyName"):
        shown = format_outside_text(mode)
        raise CredentialsError(
            "A profile asks for what poolctl cannot do",
            f"The {place} has mode {shown}{' with an agency' if profile.get('agencyName') else ''}; poolctl signs with "
            f"the keys of modes AKSK and SSO alone. Choose another one by HW_PROFILE, or {_INSTEAD}.",
        )
    source = as_tree(as_tree(profile.get("ssoAuth")).get("stsToken")) if mode == "SSO" else profile
    keys = KeyPair(
        access_key=as_text(source.get("accessKeyId")),
        secret_key=as_text(source.get("secretAccessKey")),
        security_token=as_text(source.get("securityToken")),
        origin=place,
    )
    _check_keys(keys)
    return keys


def _check_keys(keys: KeyPair) -> None:
    if not keys.access_key or not keys.secret_key:
        detail = f"The {keys.origin} has no access key with its secret. Run `hcloud configure`, or {_INSTEAD}."
        raise CredentialsError("A profile holds no keys", detail)
    if not _READABLE_KEY.fullmatch(keys.access_key):
        raise CredentialsError(
            "A profile holds encrypted keys",
            f"KooCLI has encrypted the keys in the {keys.origin}, and only it can read them. Run `hcloud configure set "
            f"--cli-auth-encrypt=false` (KooCLI 5.2.7 or later) to keep them readable, or {_INSTEAD}.",
        )


def _read_sdk(text: str, *, place: str) -> Login:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        raise make_file_error(place, "it is not an INI file") from None
    if not parser.has_section("basic"):
        raise make_file_error(place, "it has no section [basic]")
    basic = parser["basic"]
    if not basic.get("ak") or not basic.get("sk"):
        raise make_file_error(place, "its section [basic] has no ak with an sk, and poolctl knows no other way")
    keys = KeyPair(
        access_key=basic["ak"],
        secret_key=basic["sk"],
        security_token=basic.get("security_token", ""),
        origin=format_outside_text(f"[basic] of {place}"),
    )
    return Login(credentials=keys, project_id=basic.get("project_id", ""))
