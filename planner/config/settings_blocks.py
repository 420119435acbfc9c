"""``[poolctl]``, ``[backend]`` and ``[provider.modelarts]``."""

from typing import Annotated, Literal

from pydantic import Field

from planner.config.severity_blocks import SeveritiesBlock
from planner.kinds.block_types import Block, Text

_Duration = Annotated[str, Field(pattern=r"^[0-9]{1,7}(ms|s|m|h)$")]
_HeaderText = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,128}$")]


class PoolctlBlock(Block):
    """What the files ask of the tool itself."""

    required_version: Text | None = Field(
        default=None, description='Versions of poolctl that may read these files, such as ">=0.1, <2".'
    )
    severities: SeveritiesBlock | None = Field(default=None, description="How much rules of the service matter.")


class LocalBackendBlock(Block):
    """The state in a file beside the configuration."""

    path: Text | None = Field(default=None, description="State file, relative to this directory and inside it.")


class GitBackendBlock(Block):
    """The state on a ref of the repository's own remote, shared by all who may push to it."""

    remote: Text | None = Field(default=None, description='Name of a remote of this clone; "origin" by default.')
    ref: Text | None = Field(
        default=None, description='Full name of the ref; "refs/heads/poolctl-state" by default. Its lock is beside it.'
    )
    path: Text | None = Field(
        default=None, description="State file on that ref; by default this directory's, from the repository's root."
    )


class HttpBackendBlock(Block):
    """The state at a server that speaks the protocol of Terraform's HTTP backend, as GitLab does."""

    address: Text = Field(description="URL of the state: https, or loopback.")
    lock_address: Text | None = Field(default=None, description="URL of its lock; that of the state by default.")
    unlock_address: Text | None = Field(
        default=None, description="URL that gives the lock back; that of the lock by default."
    )
    update_method: Literal["POST", "PUT"] | None = Field(
        default=None, description='Method that stores; "POST" by default.'
    )
    lock_method: Literal["LOCK", "POST", "PUT"] | None = Field(
        default=None, description='Method that locks; "LOCK" by default, "POST" for GitLab.'
    )
    unlock_method: Literal["UNLOCK", "DELETE", "POST", "PUT"] | None = Field(
        default=None, description='Method that unlocks; "UNLOCK" by default, "DELETE" for GitLab.'
    )


class S3BackendBlock(Block):
    """The state in a bucket of AWS S3, or of a store like it that has conditional writes."""

    bucket: Text = Field(description="Name of the bucket.")
    key: Text = Field(description='Key of the state\'s object, such as "prod/pools.state.json". Its lock is beside it.')
    region: Text | None = Field(
        default=None, description="Region of the bucket; that of AWS_REGION or the profile by default."
    )
    endpoint: Text | None = Field(
        default=None,
        description="Address of another store than AWS: https, or loopback. It must be trusted, see teams.",
    )


class PostgresBackendBlock(Block):
    """The state in a PostgreSQL database; needs ``pip install "poolctl[postgres]"``."""

    conn: Text = Field(
        description='Database, as "postgresql://user@host/database"; the password comes from PGPASSWORD or ~/.pgpass.'
    )
    schema_: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")] | None = Field(
        default=None, alias="schema", description='Schema of the tables; "poolctl" by default.'
    )
    path: Text | None = Field(
        default=None, description="Name of the state there; by default this directory's, from the repository's root."
    )


class BackendBlock(Block):
    """Where the state is kept."""

    local: LocalBackendBlock | None = Field(default=None, description="A file in this directory; the default.")
    git: GitBackendBlock | None = Field(default=None, description="A ref of the repository's remote.")
    s3: S3BackendBlock | None = Field(default=None, description="A bucket; needs poolctl[s3].")
    http: HttpBackendBlock | None = Field(default=None, description="A server with Terraform's protocol, as GitLab.")
    postgres: PostgresBackendBlock | None = Field(default=None, description="A PostgreSQL database.")


class ModelArtsBlock(Block):
    """The service that the pools live in."""

    endpoint: Text | None = Field(
        default=None, description='"simulator", or the https:// address of the service; absent: from the region.'
    )
    region: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")] | None = Field(
        default=None, description="Region, such as eu-de."
    )
    project_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = Field(
        default=None, description="Id of the project, 32 hexadecimal digits."
    )
    poll_interval: _Duration | None = Field(
        default=None, description='Pause between two looks at a running operation, such as "10s".'
    )
    request_timeout: _Duration | None = Field(
        default=None, description='Longest wait for one answer, "30s" by default.'
    )
    wait_timeout: _Duration | None = Field(
        default=None, description='Longest wait for one operation, "90m" by default.'
    )
    max_retries: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="How often one request is repeated; 5 by default."
    )
    parallelism: Annotated[int, Field(ge=1, le=256)] | None = Field(
        default=None, description="Operations at the same time; 10 by default."
    )
    user_id: _HeaderText | None = Field(
        default=None, description="User for the workspace check (header X-ModelArts-User-ID)."
    )
    request_type: Literal["console"] | None = Field(
        default=None, description="console turns the billing-order function on (header request-type)."
    )


class ProviderBlock(Block):
    """The services that resources live in."""

    modelarts: ModelArtsBlock | None = Field(default=None, description="Huawei Cloud / OTC ModelArts.")
