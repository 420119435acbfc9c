"""What a plan document says of rollouts, as pydantic models."""

from typing import Annotated, Literal

from pydantic import Field

from planner.state.documents.models import Document, Text

_Number = Annotated[int, Field(ge=1)]


class TurnDocument(Document):
    """The operations of a change that take their turn in a rollout."""

    rollout: Text = Field(description="The rollout's name.")
    batch: _Number = Field(description="The number of its batch, from 1.")
    operations: list[_Number] = Field(description="Which of the change's `operations`, counted from 1.")
    waits: Text = Field(description="Why they would not start now; empty where they would, be it after other batches.")
    is_stopped: bool = Field(description="Whether that is because something failed.")


class UnfinishedDocument(Document):
    """A pool that has nothing more to be sent, and holds those behind it back."""

    address: Text = Field(description="The pool.")
    why: Text = Field(description="Why, in words that go on after its address.")
    is_failed: bool = Field(description="Whether it failed; otherwise it is still at work.")


class RolloutDocument(Document):
    """How a rollout goes through the pools of the plan."""

    name: Text = Field(description="Its name.")
    fields: list[Text] = Field(description="The fields that take their turn, as configuration paths.")
    order: list[Text] = Field(description="Address globs, in order.")
    batch_size: _Number = Field(description="How many pools at a time.")
    on_failure: Literal["stop", "continue"] = Field(description="What follows from a failure.")
    window: Text = Field(description="Its window in words; empty where it has none.")
    opens: Text = Field(description="When the window opens next, where it was closed when the plan was made.")
    closes: Text = Field(description="When the window closes, where it was open when the plan was made.")
    batches: list[list[Text]] = Field(description="The pools, batch by batch.")
    unfinished: list[UnfinishedDocument] = Field(description="Pools of the batches that hold others back.")
