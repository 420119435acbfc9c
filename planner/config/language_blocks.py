"""``[variable.NAME]``, ``[[moved]]`` and ``[policy.NAME]``: the blocks of the language itself."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from planner.config.request_blocks import AddressText
from planner.kinds.block_types import Block, Text

AnyValue = Annotated[Any, WithJsonSchema({})]
_Condition = Annotated[str, Field(min_length=1, max_length=4000)]


class ValidationBlock(Block):
    """One rule of a variable's values."""

    condition: _Condition = Field(description='Expression over value that has to be true, such as "value >= 1".')
    error_message: Text = Field(description="What is told where it is not.")


class IncludeBlock(Block):
    """Files of other directories that are read as if they stood in this one."""

    paths: Annotated[list[Text], Field(min_length=1)] = Field(
        description="Directories, relative to this one, whose *.pools.toml files are read as well."
    )
    var_files: list[Text] | None = Field(
        default=None, description="Files of variables, relative to this directory, below its *.auto.vars.toml files."
    )


class VariableBlock(Block):
    """A value that is given from outside. It stands in plans: never give it a secret."""

    type: Literal["string", "int", "float", "bool", "list", "map"] | None = Field(
        default=None, description="Type of its values; absent: that of the default, else string."
    )
    default: AnyValue = Field(default=None, description="Value where nobody gives one; absent: one has to be given.")
    description: Text | None = Field(default=None, description="What it is for; shown where it has no value.")
    validation: list[ValidationBlock] | None = Field(default=None, description="Rules that each value has to keep.")


class MovedBlock(Block):
    """Another address for what is managed already; nothing is sent to the service."""

    from_: AddressText = Field(
        alias="from", description="The old address: of a block, with all its instances, or of one."
    )
    to: AddressText = Field(description="The new address, which has a block.")


class PolicyBlock(Block):
    """A rule that every plan has to keep."""

    condition: _Condition = Field(description="Expression over changes and summary that has to be true.")
    error_message: Text = Field(description="What is told where it is not.")
    severity: Literal["error", "warning"] | None = Field(
        default=None, description="error blocks the apply and is the default; warning is only told."
    )
