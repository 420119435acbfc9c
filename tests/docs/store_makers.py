"""Diagnostics of a state at a server, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from typing import Final

from planner.core.diagnostics import Diagnostic
from planner.state.errors import StateError
from planner.state.stores import extras
from planner.state.stores.http.errors import report_refusal
from planner.state.stores.s3.client import _make_setup_error
from planner.state.stores.s3.objects import report_unconditional
from planner.workflow import store_hosts

_ADDRESS: Final = "https://gitlab.example/api/v4/projects/7/terraform/state/pools"

STORE_MAKERS: Final[Mapping[str, Callable[[], Diagnostic]]] = {
    "state.credentials": lambda: report_refusal(_ADDRESS, status=401, words="", doing="reading"),
    "state.extra-missing": lambda: extras.report_missing_extra("boto3", extra="s3"),
    "state.s3": lambda: _make_setup_error("The config profile (prod) could not be found").diagnostics[0],
    "state.unconditional": lambda: report_unconditional(
        "obs.eu-de.otc.t-systems.com", how="If-None-Match: * overwrote an object that was there"
    ),
    "state.store-refused": lambda: report_refusal(
        _ADDRESS, status=403, words='{"message":"403 Forbidden"}', doing="locking"
    ),
    "state.untrusted-host": lambda: _catch(lambda: store_hosts.check_store_url(_ADDRESS, environment={})),
}


def _catch(act: Callable[[], object]) -> Diagnostic:
    try:
        act()
    except StateError as error:
        return error.diagnostics[0]
    message = "nothing was raised"
    raise AssertionError(message)
