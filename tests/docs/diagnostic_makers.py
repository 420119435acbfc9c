"""Diagnostics that no short session brings about: each made by poolctl's own code, from what such a run would see.

Paths are relative to an empty directory, in which the makers run.
"""

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from adoption_makers import ADOPTION_MAKERS
from git_makers import make_git_makers
from rollout_makers import ROLLOUT_MAKERS
from scale_makers import SCALE_MAKERS
from store_makers import STORE_MAKERS
from version_makers import make_version_makers

from planner.cli.faults import make_fault_diagnostic
from planner.core import evidence_sightings, progress, sightings
from planner.core.addresses import Address
from planner.core.changes import NodeConstraint
from planner.core.desired import ProviderSettings
from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.core.field_paths import EntryKey
from planner.core.first_zones import FirstZones
from planner.core.node_tallies import NodeTally
from planner.core.plan_order import _report_circle
from planner.core.snapshot import LiveQuota, Snapshot
from planner.core.up_to_idle import HeldBack
from planner.engine import change_run, journal, runner, sending_creations, sending_patches, settle
from planner.remote import errors, reading
from planner.remote.endpoint import resolve_endpoint
from planner.state import files, os_errors
from planner.state.documents import state_document
from planner.state.locks import holders
from planner.state.stores.local.store import LocalStore, open_local_store
from planner.workflow import (
    commits,
    fmt,
    log,
    probe_bench,
    probe_record,
    serve,
    state_edits,
)

TRAINING: Final = Address(kind="pool", name="training")
SEARCH: Final = Address(kind="pool", name="search")
MAIN: Final = Address(kind="network", name="main")
PROJECT: Final = "86c13962597848eeb29c5861153a391f"
TRAINING_ID: Final = f"training-{PROJECT}"
FLAVOR: Final = "modelarts.vm.gpu.t4u8"
STATE: Final = Path("pools.state.json")
STEP: Final = SimpleNamespace(change=SimpleNamespace(address=TRAINING))
FOUR_NODES: Final = NodeConstraint(flavor=FLAVOR, node_pool="", count=4)
TALLY: Final = NodeTally(name=FLAVOR, wanted=8, present=5, available=5, creating=0, deleting=0, failed=3)
HOLDER: Final = holders.Holder(
    id="0d9c1f2e-5f0c-4b0e-9a53-8a2f0a7f2b11",
    operation="apply",
    who="ci@runner-7",
    host="runner-7",
    pid=4711,
    created="2026-11-25T09:12:00Z",
    version="0.1.0",
)


def make(code: str) -> Diagnostic:
    """Return the diagnostic of ``code`` as its maker makes it."""
    return MAKERS[code]()


def _catch(run: Callable[[], object]) -> Diagnostic:
    try:
        run()
    except PoolctlError as error:
        return error.diagnostics[0]
    message = "nothing was raised"
    raise AssertionError(message)


def _refuse(status: int, code: str, message: str) -> Diagnostic:
    return errors.make_refused(errors.Refusal(status=status, error_code=code, error_msg=message)).diagnostics[0]


def _resolve(settings: ProviderSettings, **environment: str) -> Diagnostic:
    found = resolve_endpoint(settings, environment)
    assert isinstance(found, tuple)
    return found[0]


def _refuse_file(number: int) -> Diagnostic:
    error = OSError(number, os.strerror(number))
    made = os_errors.make_file_error(error, path=STATE, what="state file", doing="write", aftermath=os_errors.UNTOUCHED)
    return made.diagnostics[0]


def _read_state(text: str) -> Diagnostic:
    return _catch(lambda: state_document.parse_state(text, source=str(STATE)))


def _fault() -> Diagnostic:
    context = SimpleNamespace(stop=SimpleNamespace(is_set=lambda: False))
    return runner._run_safely(context, SimpleNamespace(address=TRAINING)).diagnostics[0]


def _find_fault() -> Diagnostic:
    try:
        progress.report_failed_phase(TRAINING, "Sleeping", message="")
    except KeyError as error:
        return make_fault_diagnostic(error.with_traceback(None))
    message = "nothing was raised"
    raise AssertionError(message)


def _save_unlocked() -> Diagnostic:
    return _catch(lambda: open_local_store(Path(), str(STATE)).save(SimpleNamespace()))


def _open_locked() -> LocalStore:
    store = open_local_store(Path(), str(STATE))
    store.acquire(
        holders.LockRequest(id=HOLDER.id, operation="apply", who="ci", created=HOLDER.created, version="0.1.0")
    )
    return store


def _break_other() -> Diagnostic:
    store = _open_locked()
    try:
        return _catch(lambda: store.break_lock("6f1a"))
    finally:
        store._lock.release()


def _save_changed() -> Diagnostic:
    store = _open_locked()
    STATE.write_text("{}", encoding="utf-8")
    try:
        return _catch(lambda: store.save(SimpleNamespace()))
    finally:
        store._lock.release()


def _save_broken() -> Diagnostic:
    store = _open_locked()
    store.break_lock(HOLDER.id)
    try:
        return _catch(lambda: store.save(SimpleNamespace()))
    finally:
        store._lock.release()


def _read_bytes(content: bytes, *, limit: int = files.MAX_BYTES) -> Diagnostic:
    STATE.write_bytes(content)
    return _catch(lambda: files.load_text(STATE, what="state file", limit=limit))


def _load_journal(content: str) -> Path:
    folder = Path(".poolctl/journal")
    folder.mkdir(parents=True)
    path = folder / "20261125T091200Z-4711.jsonl"
    path.write_text(content, encoding="utf-8")
    return path


def _read_damaged_journal() -> Diagnostic:
    return _catch(lambda: journal._load_run(_load_journal('{"record": "run_startet"}\n')))


def _read_torn_journal() -> Diagnostic:
    return journal._load_run(_load_journal('{"record": "run_st')).diagnostics[0]


def _edit_unsettled() -> Diagnostic:
    _load_journal('{"record": "run_st')
    return _catch(lambda: state_edits.refuse_unsettled(SimpleNamespace(directory=Path()), SimpleNamespace()))


def _load_damaged_probe() -> Diagnostic:
    Path(".poolctl").mkdir()
    Path(".poolctl/probe.json").write_text("{}", encoding="utf-8")
    return _catch(lambda: probe_record.load_probe(Path()))


_THROTTLED: Final = errors.make_refused(
    errors.Refusal(status=429, error_code="APIGW.0308", error_msg="Throttled by the API gateway")
)
_FORBIDDEN: Final = errors.make_refused(
    errors.Refusal(status=403, error_code="ModelArts.50001003", error_msg="No permission")
)
_EU_DE: Final = ProviderSettings(region="eu-de", project_id=PROJECT)
_SOUND: Final = '{"format_version": "1.0", "lineage": "2f6d", "serial": 3, "service": null, "applied_from": "", '
_DEFECT: Final = f'{_SOUND}"resources": {{"pool.training": {{"id": 7}}}}}}\n'

MAKERS: Final[Mapping[str, Callable[[], Diagnostic]]] = {
    "apply.approval": lambda: progress.report_unapproved(SEARCH),
    "apply.bad-operation": lambda: change_run._report_method("PUT"),
    "apply.driver-failed": lambda: progress.report_driver_failed(TRAINING, "GPU", version="470.182.03"),
    "apply.failed-phase": lambda: progress.report_failed_phase(TRAINING, "CreationFailed", message="flavor sold out"),
    "apply.fault": _fault,
    "apply.gone": lambda: progress.report_gone(TRAINING),
    "apply.no-effect": lambda: sending_patches._report_no_effect(STEP),
    "apply.older-commit": lambda: commits._make_older("1b7e0c9a4f22aa01", "9f02cc71d3b8e604"),
    "apply.partial": lambda: progress.report_partial(TRAINING, f"5 of 8 nodes of {FLAVOR}", message=""),
    "apply.phase": lambda: progress.report_unready("Error"),
    "apply.scope-failed": lambda: progress.report_scope_failed(TRAINING, "Infer", message="plug-in abnormal"),
    "apply.stranger": lambda: sending_creations._report_stranger(STEP, SimpleNamespace(id=TRAINING_ID)),
    "apply.unresolved": lambda: sending_creations._report_unresolved(STEP, "network.main"),
    "fmt.kept": lambda: fmt._make_meaning_fault("main.pools.toml"),
    "journal.damaged": _read_damaged_journal,
    "journal.torn": _read_torn_journal,
    "log.unread": lambda: log._report_unread(TRAINING, _FORBIDDEN),
    "plan.above-max-count": lambda: sightings.report_above_max_count(SEARCH, FLAVOR, counts=(6, 4)),
    "plan.ambiguous-entry": lambda: sightings.report_ambiguous(TRAINING, [FLAVOR], None),
    "plan.bad-permission": lambda: sightings.report_bad_permission("pool.*=destroys"),
    "plan.circle": lambda: _report_circle([TRAINING, SEARCH, TRAINING]),
    "plan.few-idle": lambda: evidence_sightings.report_few_idle(TRAINING, FOUR_NODES, idle=1),
    "plan.first-zones": lambda: evidence_sightings.report_first_zones(
        TRAINING,
        FirstZones(key=EntryKey(parts=(FLAVOR, "")), present={"eu-de-01": 2, "eu-de-02": 2}),
    ),
    "plan.held-back": lambda: evidence_sightings.report_held_back(TRAINING, HeldBack(asked=FOUR_NODES, idle=1)),
    "plan.import-mismatch": lambda: sightings.report_import_mismatch(TRAINING, ["type", "network"], None),
    "plan.import-missing": lambda: sightings.report_import_missing(TRAINING, TRAINING_ID, None),
    "plan.in-use": lambda: sightings.report_in_use(MAIN, ["pool.training", "pool.search"], None),
    "plan.many-vanished": lambda: sightings.report_vanished([MAIN, SEARCH, TRAINING]),
    "plan.missing-nodes": lambda: evidence_sightings.report_missing_nodes(TRAINING, [TALLY]),
    "plan.name-for-id": lambda: sightings.report_named_reference(TRAINING, "train-net", f"train-net-{PROJECT}", None),
    "plan.no-evidence": lambda: evidence_sightings.report_no_evidence(TRAINING, errors.format_error(_FORBIDDEN)),
    "plan.no-flavors": lambda: evidence_sightings.report_unread("flavors", errors.format_error(_FORBIDDEN)),
    "plan.no-quotas": lambda: evidence_sightings.report_unread("quotas", errors.format_error(_FORBIDDEN)),
    "plan.over-quota": lambda: evidence_sightings.report_over_quota(
        LiveQuota(type="pool", quota=15, used=14), wanted=3
    ),
    "poolctl.fault": _find_fault,
    "probe.damaged": _load_damaged_probe,
    "probe.stopped": lambda: probe_bench.make_probe_error("Its scratch pool was not made in time.").diagnostics[0],
    "remote.answer-lost": lambda: errors.AnswerLost("PATCH of a pool: no answer within 30 s.").diagnostics[0],
    "remote.bad-answer": lambda: errors.BadAnswer("The list of pools is no JSON object.", status=200).diagnostics[0],
    "remote.bad-header": lambda: _resolve(ProviderSettings(region="eu-de", project_id=PROJECT, user_id="a\nb")),
    "remote.conflict": lambda: _refuse(409, "ModelArts.50015000", "Pool already exists."),
    "remote.conflicting-settings": lambda: _resolve(_EU_DE, HW_REGION_NAME="eu-nl"),
    "remote.forbidden": lambda: _FORBIDDEN.diagnostics[0],
    "remote.invalid-target": lambda: errors.InvalidTarget("'../networks' is no id of a pool.").diagnostics[0],
    "remote.malformed-setting": lambda: _resolve(ProviderSettings(region="eu-de"), HW_PROJECT_ID="a/b"),
    "remote.not-found": lambda: _refuse(404, "ModelArts.50015001", "pool not found"),
    "remote.refused": lambda: _refuse(400, "ModelArts.50004000", "Bad request"),
    "remote.server-fault": lambda: _refuse(500, "ModelArts.50005000", "internal error"),
    "remote.throttled": lambda: _THROTTLED.diagnostics[0],
    "remote.unauthorized": lambda: _refuse(401, "ModelArts.50001000", "token is invalid"),
    "remote.unreachable": lambda: errors.Unreachable("Connection refused.", may_have_reached=False).diagnostics[0],
    "remote.unread": lambda: reading._build_unread(TRAINING, _THROTTLED),
    **ADOPTION_MAKERS,
    **ROLLOUT_MAKERS,
    **SCALE_MAKERS,
    **make_git_makers(HOLDER),
    **STORE_MAKERS,
    **make_version_makers(SimpleNamespace(directory=Path())),
    "settle.done": lambda: settle._tell(
        settle.Settled(resources={}, snapshot=Snapshot()), TRAINING, "it was made"
    ).diagnostics[0],
    "settle.running": settle._report_running,
    "simulator.port": lambda: serve._build_port_fault(OSError("port 8420 is in use")),
    "state.bad-document": lambda: _read_state(_DEFECT),
    "state.bad-value": lambda: _read_state(_DEFECT.replace("7", "NaN")),
    "state.changed": _save_changed,
    "state.duplicate-name": lambda: _read_state('{\n  "serial": 3,\n  "serial": 4\n}\n'),
    "state.empty": lambda: _read_state(""),
    "state.lock-lost": _save_broken,
    "state.locked": lambda: holders.make_held_diagnostic(HOLDER, path=str(STATE)),
    "state.newer-version": lambda: _read_state(_DEFECT.replace("1.0", "2.0")),
    "state.not-a-file": lambda: _catch(lambda: files.save_atomically(Path(os.devnull), "x", what="receipt")),
    "state.not-locked": _save_unlocked,
    "state.not-text": lambda: _read_bytes(b"\x1f\x8b\x08"),
    "state.other-document": lambda: _read_state('{"terraform_version": "1.9.0", "version": 4}\n'),
    "state.other-lock": _break_other,
    "state.too-large": lambda: _read_bytes(b"{}" * 8, limit=8),
    "state.truncated": lambda: _read_state('{\n  "lineage": "2f6d'),
    "state.unsettled": _edit_unsettled,
    "state.disk-full": lambda: _refuse_file(errno.ENOSPC),
    "state.exists": lambda: _refuse_file(errno.EEXIST),
    "state.file-too-large": lambda: _refuse_file(errno.EFBIG),
    "state.io": lambda: _refuse_file(errno.EIO),
    "state.is-a-directory": lambda: _refuse_file(errno.EISDIR),
    "state.link-loop": lambda: _refuse_file(errno.ELOOP),
    "state.missing": lambda: _refuse_file(errno.ENOENT),
    "state.name-too-long": lambda: _refuse_file(errno.ENAMETOOLONG),
    "state.not-a-directory": lambda: _refuse_file(errno.ENOTDIR),
    "state.permission-denied": lambda: _refuse_file(errno.EACCES),
    "state.read-only": lambda: _refuse_file(errno.EROFS),
    "state.too-many-files": lambda: _refuse_file(errno.EMFILE),
}
"""One maker a code."""
