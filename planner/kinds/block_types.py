"""What the block models share: the strict base and the types of single values.

Models are the border where TOML values become typed ones. A key's description is what an editor
shows on hover, and what a diagnostic says about the key.
"""

from typing import Annotated, Any, Final

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, Tag, WithJsonSchema

from planner.kinds.names import format_camel
from planner.kinds.value_rules import BLOCK_NAME, INSTANCE_NAME, MAXIMUM_NODES


class Block(BaseModel):
    """A TOML table: unknown keys refused, no value coerced, dumped under the API's member names."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        defer_build=True,
        alias_generator=AliasGenerator(serialization_alias=format_camel),
    )


def choose_table(value: object) -> str:
    """Return which form of a value is written that is either a table or a plain value."""
    return TABLE if isinstance(value, (dict, BaseModel)) else PLAIN


TABLE: Final = "<table>"
PLAIN: Final = "<plain>"
"""Tags of the two forms; they stand in pydantic's error paths and are left out of ours."""

Plain = Tag(PLAIN)
Table = Tag(TABLE)

BlockName = Annotated[str, Field(pattern=BLOCK_NAME, description="The block's name: letters, digits, _ and -.")]
DisplayName = Annotated[str, Field(min_length=1, max_length=64)]
InstanceName = Annotated[str, Field(pattern=INSTANCE_NAME)]
"""A block's name, or in files whose instances are worked in, ``team["a"]``."""

ForEach = Annotated[Any, WithJsonSchema({"type": ["array", "object", "string"]})]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
VerbatimKey = Annotated[str, Field(min_length=1, max_length=253)]
Verbatim = dict[VerbatimKey, Annotated[str, Field(max_length=65_536)]]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
Nodes = Annotated[int, Field(ge=0, le=MAXIMUM_NODES)]
Description = Annotated[
    str,
    Field(
        max_length=100,
        pattern="^[^!<>=&\"']*$",
        description="At most 100 characters without ! < > = & \" and ' (annotation os.modelarts/description).",
    ),
]
Workspace = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description='Workspace id, "0" is the default one (label os.modelarts/workspace.id).',
    ),
]
