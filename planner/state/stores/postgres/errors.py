"""What to tell where the database of ``[backend.postgres]`` refuses, or is not there."""

from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.os_errors import UNTOUCHED
from planner.state.stores.errors import report_unreached

_LOGIN: Final = ("28",)
_GONE: Final = ("08", "57P", "53")
_SLOW: Final = frozenset({"57014", "55P03", "40001", "40P01"})
_LOGIN_WORDS: Final = ("authentication failed", "no password supplied", "no pg_hba.conf entry", "permitted to log in")
_MISSING_WORDS: Final = "does not exist"
_CERTIFICATE: Final = "certificate"
_ADVICE: Final = {
    "25006": "It is a standby, or the role may only read. For an apply, connect to the primary server: "
    "target_session_attrs=read-write in conn finds it.",
    "42501": "Let an administrator make the schema for this role (CREATE SCHEMA NAME AUTHORIZATION ROLE), or grant it "
    "USAGE and CREATE there.",
    "42703": "The schema holds tables of another program, or of another poolctl: name a schema of its own.",
    "22P05": "The database has to be in UTF-8.",
    _CERTIFICATE: "The server's certificate: name the file of who signed it in PGSSLROOTCERT or SSL_CERT_FILE.",
    "3D000": "Make the database, or correct its name in conn.",
}


def is_lasting(words: str) -> bool:
    """Tell whether trying again cannot help where a connection failed with ``words``."""
    return _is_login(words) or _MISSING_WORDS in words or _CERTIFICATE in words


def report_database(shown: str, *, code: str, words: str) -> Diagnostic:
    """Return what to tell of an error with the SQLSTATE ``code``, empty where the connection failed before one."""
    if code.startswith(_LOGIN) or (not code and _is_login(words)):
        detail = (
            f"{shown}: {words}. {UNTOUCHED} The user is in conn or PGUSER, the password in PGPASSWORD or ~/.pgpass."
        )
        return make_error("state.credentials", "The place of the state wants other credentials", detail=detail)
    if code in _SLOW or code.startswith(_GONE):
        return report_unreached(shown, words=words)
    if not code and _MISSING_WORDS not in words and _CERTIFICATE not in words:
        return report_unreached(shown, words=words)
    known = code or (_CERTIFICATE if _CERTIFICATE in words else "3D000")
    advice = _ADVICE.get(known, "Ask whoever runs the database.")
    detail = f"{shown}: {words}. {UNTOUCHED} {advice}"
    return make_error("state.store-refused", "The place of the state refuses", detail=detail)


def _is_login(words: str) -> bool:
    return any(one in words for one in _LOGIN_WORDS)
