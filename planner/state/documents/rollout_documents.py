"""Rollouts and turns ↔ their members of a plan document."""

from collections.abc import Iterator
from typing import cast

from planner.core.addresses import Address
from planner.core.rollout_plan import PlannedRollout, Turn, Unfinished
from planner.state.documents.rollout_models import RolloutDocument, TurnDocument, UnfinishedDocument
from planner.state.documents.state_document import find_address


def write_turn(turn: Turn) -> TurnDocument:
    """Return the document of a turn."""
    return TurnDocument(
        rollout=turn.rollout,
        batch=turn.batch,
        operations=list(turn.operations),
        waits=turn.waits,
        is_stopped=turn.is_stopped,
    )


def read_turn(document: TurnDocument) -> Turn:
    """Return the turn that a document names."""
    return Turn(
        rollout=document.rollout,
        batch=document.batch,
        operations=tuple(document.operations),
        waits=document.waits,
        is_stopped=document.is_stopped,
    )


def write_rollout(rollout: PlannedRollout) -> RolloutDocument:
    """Return the document of a rollout."""
    return RolloutDocument.model_validate(
        {
            "name": rollout.name,
            "fields": list(rollout.fields),
            "order": list(rollout.order),
            "batch_size": rollout.batch_size,
            "on_failure": rollout.on_failure,
            "window": rollout.window,
            "opens": rollout.opens,
            "closes": rollout.closes,
            "batches": [[str(one) for one in batch] for batch in rollout.batches],
            "unfinished": [
                UnfinishedDocument(address=str(one.address), why=one.why, is_failed=one.is_failed)
                for one in rollout.unfinished
            ],
        }
    )


def read_rollout(document: RolloutDocument) -> PlannedRollout:
    """Return the rollout of ``document``, whose addresses are known to be sound."""
    return PlannedRollout(
        name=document.name,
        fields=tuple(document.fields),
        order=tuple(document.order),
        batch_size=document.batch_size,
        on_failure=document.on_failure,
        window=document.window,
        opens=document.opens,
        closes=document.closes,
        batches=tuple(tuple(map(_read_address, batch)) for batch in document.batches),
        unfinished=tuple(
            Unfinished(address=_read_address(one.address), why=one.why, is_failed=one.is_failed)
            for one in document.unfinished
        ),
    )


def find_bad_addresses(document: RolloutDocument) -> Iterator[tuple[str | int, ...]]:
    """Yield where ``document`` names something that is no address."""
    for number, batch in enumerate(document.batches):
        yield from (("batches", number, index) for index, text in enumerate(batch) if find_address(text) is None)
    for number, one in enumerate(document.unfinished):
        if find_address(one.address) is None:
            yield "unfinished", number, "address"


def _read_address(text: str) -> Address:
    return cast(Address, find_address(text))
