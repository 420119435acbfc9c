"""``clouds.yaml`` and ``secure.yaml`` of OpenStack, as Open Telekom Cloud's tools read them (extra ``poolctl[otc]``).

Read are only ``auth``, ``region_name`` and the keys, of the cloud that ``OS_CLOUD`` names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.core.trees import Tree, Value, as_text, as_tree
from planner.remote.credentials import Credentials, KeyPair, Login, Password, Token
from planner.remote.errors import CredentialsError
from planner.remote.outside_text import format_outside_text
from planner.remote.profiles import find_home, make_file_error, read_file

_CLOUD_VARIABLE: Final = "OS_CLOUD"


def find_cloud_login(environment: Mapping[str, str]) -> Login | None:
    """Return what the cloud named by ``OS_CLOUD`` says, None where it names none. Raises CredentialsError."""
    name = environment.get(_CLOUD_VARIABLE, "")
    if not name:
        return None
    path = _find_file(environment, "OS_CLIENT_CONFIG_FILE", file="clouds.yaml")
    if path is None:
        raise CredentialsError(
            "There is no clouds.yaml",
            f"{_CLOUD_VARIABLE} names a cloud of it, and it is neither here nor in ~/.config/openstack nor in "
            f"/etc/openstack. Write one, name it by OS_CLIENT_CONFIG_FILE, or unset {_CLOUD_VARIABLE}.",
        )
    secret_path = _find_file(environment, "OS_CLIENT_SECURE_FILE", file="secure.yaml")
    open_part, secret_part = _read_cloud(path, name), None if secret_path is None else _read_cloud(secret_path, name)
    if open_part is None:
        raise make_file_error(str(path), format_outside_text(f'it has no cloud "{name}", which OS_CLOUD names'))
    cloud = _merge(open_part, secret_part or {})
    auth = as_tree(cloud.get("auth"))
    return Login(
        credentials=_read_credentials(cloud, auth, place=format_outside_text(f'cloud "{name}" of {path}')),
        region=as_text(cloud.get("region_name")),
        project_id=as_text(auth.get("project_id")),
    )


def _find_file(environment: Mapping[str, str], variable: str, *, file: str) -> Path | None:
    named = environment.get(variable, "")
    if named:
        return Path(named)
    home = find_home(environment)
    places = (
        Path(),
        Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "openstack",
        Path("/etc/openstack"),
    )
    return next((one / file for one in places if (one / file).is_file()), None)


def _read_cloud(path: Path, name: str) -> Tree | None:
    text = read_file(path, is_needed=True) or ""
    cloud = as_tree(as_tree(_parse(text, place=str(path))).get("clouds")).get(name)
    return cloud if isinstance(cloud, dict) else None


def _parse(text: str, *, place: str) -> Value:
    try:
        import yaml
    except ImportError:
        raise CredentialsError(
            "A clouds.yaml needs one more package",
            f"{format_outside_text(place)} is YAML, and its reader is optional: install poolctl with it, by "
            "`python3 -m pip install 'poolctl[otc]'`, or set OS_ACCESS_KEY and OS_SECRET_KEY, or OS_USERNAME, "
            f"OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_AUTH_URL, and unset {_CLOUD_VARIABLE}.",
        ) from None
    try:
        document: Value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        # The words of the parser quote the file.
        raise make_file_error(place, "it is not YAML") from None
    return document


def _merge(below: Tree, above: Tree) -> Tree:
    merged = {**below, **above}
    return merged | {"auth": {**as_tree(below.get("auth")), **as_tree(above.get("auth"))}}


def _read_credentials(cloud: Tree, auth: Tree, *, place: str) -> Credentials:
    keys = KeyPair(
        access_key=_find_first(cloud, auth, "ak", "access_key"),
        secret_key=_find_first(cloud, auth, "sk", "secret_key"),
        security_token=_find_first(cloud, auth, "security_token"),
        origin=place,
    )
    if keys.access_key and keys.secret_key:
        return keys
    token = as_text(auth.get("token"))
    if token:
        return Token(token=token, origin=place)
    user = Password(
        user_name=as_text(auth.get("username")),
        password=as_text(auth.get("password")),
        domain_name=_find_first(auth, auth, "user_domain_name", "domain_name"),
        domain_id=_find_first(auth, auth, "user_domain_id", "domain_id"),
        auth_url=as_text(auth.get("auth_url")),
        origin=place,
    )
    if user.user_name and user.password and (user.domain_name or user.domain_id):
        return user
    raise CredentialsError(
        "A cloud of clouds.yaml holds no credentials",
        f"The {place} has neither ak with sk, nor auth.token, nor auth.username with auth.password and "
        "auth.user_domain_name. Write them (secrets into secure.yaml), or unset OS_CLOUD.",
    )


def _find_first(cloud: Tree, auth: Tree, *names: str) -> str:
    return next((text for name in names for tree in (cloud, auth) if (text := as_text(tree.get(name)))), "")
