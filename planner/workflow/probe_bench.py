"""The bench of a probe: looks at the scratch pool, sends one request, and waits until all is at rest again."""

import time
from collections.abc import Mapping
from typing import Final

from planner.core.diagnostics import make_error
from planner.core.events import Emit, Noticed
from planner.core.lazy_dataclass import dataclass
from planner.core.live_trees import find_phase
from planner.core.probe_experiments import build_resize, find_wanted
from planner.core.probe_scenes import format_scene, is_calm
from planner.core.probe_values import (
    Claim,
    Declined,
    Experiment,
    Observation,
    ProbeAnswer,
    ProbeRequest,
    Scene,
    Verdict,
)
from planner.core.snapshot import Evidence, LiveResource, Unread
from planner.remote.bodies import parse_resource
from planner.remote.client import Answer, Client
from planner.remote.errors import Forbidden, Refused, RemoteError, ServerFault, Throttled, Unauthorized
from planner.remote.listings import Missing, fetch_one
from planner.remote.paths import build_resource_path
from planner.remote.reading import fetch_evidence
from planner.workflow.errors import ProbeError

_HOPELESS: Final = frozenset({"Deleting", "CreationFailed", "Error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One scratch pool and how to talk to it; ``second`` is empty where only one flavor is on sale."""

    client: Client
    emit: Emit
    pool_id: str
    first: str
    second: str = ""

    def tell(self, text: str) -> None:
        """Emit one line of progress."""
        self.emit(Noticed(text=f"probe: {text}"))


def look(bench: Bench) -> Scene:
    """Return the scratch pool and its nodes as they are now. Raises ProbeError and RemoteError."""
    found = fetch_one(bench.client, "pool", resource_id=bench.pool_id)
    if isinstance(found, Missing) or find_phase(found) in _HOPELESS:
        phase = "gone" if isinstance(found, Missing) else f"in phase {find_phase(found)}"
        raise make_probe_error(f"The scratch pool {bench.pool_id} is {phase}: there is nothing more to learn from it.")
    evidence = fetch_evidence(bench.client, bench.pool_id)
    if isinstance(evidence, Unread):
        raise make_probe_error(f"The nodes of the scratch pool cannot be read. {evidence.why}")
    return _make_scene(bench, found, evidence)


def settle(bench: Bench, *, reads: int = 2) -> Scene:
    """Return the scene once ``reads`` looks in a row found everything at rest. Raises ProbeError on a timeout."""
    deadline = time.monotonic() + bench.client.settings.wait_timeout
    told, calm = "", 0
    while True:
        scene = look(bench)
        calm = calm + 1 if is_calm(scene) else 0
        if calm >= reads:
            return scene
        state = format_scene(scene)
        if not calm and state != told:
            told = state
            bench.tell(f"waiting for the scratch pool: {state}")
        if time.monotonic() > deadline:
            raise make_probe_error(f"The scratch pool did not come to rest in time: {state}.")
        time.sleep(bench.client.poll_interval)


def send(bench: Bench, request: ProbeRequest) -> LiveResource | Declined | None:
    """Return the pool that a PATCH answers with, None for a POST that worked, or the refusal.

    Raises RemoteError for what says nothing about the request: no answer, a 5xx, 401, 403.
    """
    path = build_resource_path("pool", bench.pool_id, project_id=bench.client.endpoint.project_id)
    path = f"{path}/{request.action}" if request.action else path
    try:
        answer = _send_once(bench.client, request, path=path)
    except (Unauthorized, Forbidden, Throttled, ServerFault):
        raise
    except Refused as refused:
        message = refused.error_msg.replace(bench.client.endpoint.project_id, "PROJECT")
        return Declined(status=refused.status, code=refused.error_code, message=message)
    return None if request.action else parse_resource(answer.body)


def run_experiment(bench: Bench, experiment: Experiment, *, before: Scene | None = None) -> tuple[ProbeAnswer, ...]:
    """Make one experiment, from ``before`` or from where it starts, and return what it says of each claim."""
    bench.tell(f"{', '.join(one.id for one in experiment.claims)}: {experiment.claims[0].text}")
    try:
        scene = before or _bring(bench, find_wanted(experiment, settle(bench, reads=1)))
        if scene is None:
            return _answer_nothing(experiment, "the pool could not be brought to where this begins")
        request = experiment.build(scene)
        if request is None:
            return _answer_nothing(experiment, "it needs a second CPU flavor of the same architecture, or more nodes")
        seen = _observe(bench, experiment, request, before=scene)
    except RemoteError as error:
        return _answer_nothing(experiment, " ".join(one.summary for one in error.diagnostics))
    return tuple(_answer(one, seen) for one in experiment.claims)


def make_probe_error(detail: str) -> ProbeError:
    """Return what stops a probe."""
    return ProbeError(make_error("probe.stopped", "The probe could not go on", detail=detail))


def _observe(bench: Bench, experiment: Experiment, request: ProbeRequest, *, before: Scene) -> Observation:
    reply = send(bench, request)
    declined = reply if isinstance(reply, Declined) else None
    control: Declined | bool | None = None
    if declined is not None and experiment.control is not None:
        other = send(bench, experiment.control)
        control = other if isinstance(other, Declined) else True
    after = settle(bench, reads=1 if declined is not None else 2)
    if experiment.undo is not None and (declined is None or control is True):
        send(bench, experiment.undo)
        settle(bench)
    answer = reply if isinstance(reply, LiveResource) else None
    return Observation(before=before, request=request, declined=declined, answer=answer, after=after, control=control)


def _bring(bench: Bench, wanted: Mapping[str, int]) -> Scene | None:
    """Return the scene with the wanted counts, growing first; None where the service does not follow."""
    scene = settle(bench, reads=1)
    if not wanted or scene.counts == dict(wanted):
        return scene
    grown = {name: max(wanted.get(name, 0), scene.counts.get(name, 0)) for name in (*scene.counts, *wanted)}
    for counts in (grown, dict(wanted)):
        if scene.counts != counts and isinstance(send(bench, build_resize(counts)), LiveResource):
            scene = settle(bench)
    return scene if scene.counts == dict(wanted) else None


def _send_once(client: Client, request: ProbeRequest, *, path: str) -> Answer:
    number = 0
    while True:
        number += 1
        try:
            return client.send(request.method, path, body=request.body, content_type=request.content_type)
        except Throttled as error:
            if not client.wait_to_repeat(request.method, error, number=number):
                raise


def _make_scene(bench: Bench, live: LiveResource, evidence: Evidence) -> Scene:
    return Scene(live=live, nodes=evidence.nodes, first=bench.first, second=bench.second)


def _answer(claim: Claim, seen: Observation) -> ProbeAnswer:
    finding = claim.judge(seen)
    return ProbeAnswer(
        id=claim.id,
        text=claim.text,
        verdict=finding.verdict,
        words=finding.words,
        request=seen.request,
        declined=seen.declined,
    )


def _answer_nothing(experiment: Experiment, why: str) -> tuple[ProbeAnswer, ...]:
    return tuple(ProbeAnswer(id=one.id, text=one.text, verdict=Verdict.UNKNOWN, words=why) for one in experiment.claims)
