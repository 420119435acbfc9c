"""A provider that keeps what it is given: attributes of the huaweicloud provider, and no service behind it.

``terraform`` runs it over its plugin protocol; the states and their JSON are then the work of the real binary.
"""

from typing import Any

from tf import runner, schema
from tf.types import Bool, List, Map, Number, Set, String, TfType

PROJECT = "86c13962597848eeb29c5861153a391f"


class Object(TfType):
    """Objects of named members: what blocks are in a state; members that are not set are null."""

    def __init__(self, **members: TfType) -> None:
        self.members = members

    def encode(self, value: Any) -> Any:
        return None if value is None else {key: one.encode(value.get(key)) for key, one in self.members.items()}

    def decode(self, value: Any) -> Any:
        return None if value is None else {key: one.decode(value.get(key)) for key, one in self.members.items()}

    def tf_type(self) -> bytes:
        members = ",".join(f'"{key}":{one.tf_type().decode()}' for key, one in self.members.items())
        return f'["object",{{{members}}}]'.encode()

    def semantically_equal(self, a_decoded: Any, b_decoded: Any) -> bool:
        return bool(a_decoded == b_decoded)


ENTRY = Object(
    flavor_id=String(),
    count=Number(),
    node_pool=String(),
    max_count=Number(),
    labels=Map(String()),
    tags=Map(String()),
    taints=Set(Object(key=String(), value=String(), effect=String())),
    extend_params=String(),
    post_install=String(),
    root_volume=List(Object(volume_type=String(), size=String())),
)


class Kept:
    """A resource that is what its configuration says, with an id as the service makes it."""

    name: str
    attributes: tuple[schema.Attribute, ...]

    def __init__(self, provider: Any) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        return cls.name

    @classmethod
    def get_schema(cls) -> schema.Schema:
        return schema.Schema(version=0, attributes=[schema.Attribute("id", String(), computed=True), *cls.attributes])

    def validate(self, diags: Any, type_name: str, config: Any) -> None:
        del diags, type_name, config

    def plan(self, context: Any, current: Any, planned: Any) -> Any:
        del context, current
        return planned

    def create(self, context: Any, planned: Any) -> Any:
        del context
        return {**planned, "id": f"{planned['name']}-{PROJECT}"}

    def read(self, context: Any, current: Any) -> Any:
        del context
        return current

    def update(self, context: Any, current: Any, planned: Any) -> Any:
        del context, current
        return planned

    def delete(self, context: Any, current: Any) -> None:
        del context, current

    def upgrade(self, context: Any, version: int, old: Any) -> Any:
        del context, version
        return old


class Network(Kept):
    """``huaweicloud_modelarts_network``."""

    name = "modelarts_network"
    attributes = (
        schema.Attribute("name", String(), required=True),
        schema.Attribute("cidr", String(), required=True),
        schema.Attribute("workspace_id", String(), optional=True),
    )


class Pool(Kept):
    """``huaweicloud_modelarts_resource_pool``."""

    name = "modelarts_resource_pool"
    attributes = (
        schema.Attribute("name", String(), required=True),
        schema.Attribute("description", String(), optional=True),
        schema.Attribute("scope", Set(String()), optional=True),
        schema.Attribute("network_id", String(), optional=True),
        schema.Attribute("password", String(), optional=True, sensitive=True),
        schema.Attribute("resources", List(ENTRY), required=True),
    )


class Provider:
    """The provider itself: it needs no configuration."""

    def full_name(self) -> str:
        return "registry.terraform.io/huaweicloud/huaweicloud"

    def get_model_prefix(self) -> str:
        return "huaweicloud_"

    def get_provider_schema(self, diags: Any) -> schema.Schema:
        del diags
        return schema.Schema(attributes=[schema.Attribute("insecure", Bool(), optional=True)])

    def validate_config(self, diags: Any, config: Any) -> None:
        del diags, config

    def configure_provider(self, diags: Any, config: Any) -> None:
        del diags, config

    def get_data_sources(self) -> list[Any]:
        return []

    def get_resources(self) -> list[Any]:
        return [Network, Pool]

    def get_functions(self) -> list[Any]:
        return []

    def new_resource(self, made: Any) -> Any:
        return made(self)


if __name__ == "__main__":
    runner.run_provider(Provider(), ["provider", "--dev"])
