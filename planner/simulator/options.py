"""The switches of the service's undocumented behaviour: every assumption of the contract can be turned round."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from planner.simulator.errors import SimulatorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a world's ``options`` member may hold; identifiers in brackets are the contract's assertions.

    What each one means stands in docs/world.md, in a table that a test compares with this class.
    """

    approve_logical: bool = True
    arrays_replaced: bool = True  # [P8]
    azs: tuple[str, ...] = ("eu-de-01", "eu-de-02", "eu-de-03")
    azs_must_sum: bool = False  # [P25]
    batch_delete_lowers_count: bool = True
    blank_status_hides_failed: bool = True  # [L2]
    content_type_status: int = 415  # [P2] or 400
    control_modes: bool = True
    default_gpu_driver: str = "440.33"
    default_npu_driver: str = "C78"
    driver_without_accelerator: str = "refuse"  # [P22] or "ignore"
    enforce_quotas: bool = False
    entry_rules: bool = True  # [P26]
    error_details: bool = True  # [C2]
    failing_scopes: tuple[str, ...] = ()
    fill_azs: bool = False
    fill_max_count: bool = True
    fill_node_pool: bool = True
    list_omits: tuple[str, ...] = ()
    log_limit: int = 10_000
    max_count_equals_count: bool = True  # [P24]
    merge_patch_only: bool = True  # [P2]
    new_nodes_driver: str = ""
    nodes_per_step: int = 0
    null_removes: bool = True  # [P11]
    odd_parameters: str = "ignore"  # [L1] or "refuse"
    order_end: str = "successed"  # [O1] or "completed"
    order_labels: bool = True  # [P13]
    page_size: int = 0
    phase_rules: bool = True  # [P21]
    realign_drivers: bool = True  # [P15]
    refusal_code: str = "ModelArts.50004000"  # [P16] to [P24]
    refusal_status: int = 400  # the same
    refuse_mixed_resize: bool = True  # [P19]
    refuse_removing_all: bool = True  # [P20]
    refuse_removing_subscribed: bool = True
    refuse_used_networks: bool = True  # [X2]
    removal_order: str = "newest"  # or "oldest", "busiest"
    removed_scopes: str = "vanish"  # [S1] or "disabled"
    require_auth: bool = False
    scaling_failure_lowers_count: bool = False
    sold_out: tuple[str, ...] = ()
    steps_per_node: int = 1
    subscription_needs_growth: bool = True  # [P23]
    unknown_flavors: str = "refuse"  # or "accept"
    unknown_members: str = "refuse"  # or "ignore"


_CHOICES = {
    "content_type_status": (415, 400),
    "driver_without_accelerator": ("refuse", "ignore"),
    "odd_parameters": ("ignore", "refuse"),
    "order_end": ("successed", "completed"),
    "refusal_status": (400, 403, 409, 422),
    "removal_order": ("newest", "oldest", "busiest"),
    "removed_scopes": ("vanish", "disabled"),
    "unknown_flavors": ("refuse", "accept"),
    "unknown_members": ("refuse", "ignore"),
}
_DEFAULTS = Options()


def parse_options(members: Mapping[str, Any]) -> Options:
    """Return the options that ``members`` describe; what is left out has its default.

    Raises:
        SimulatorError: a name is unknown, or a value has another type than its default.

    """
    unknown = sorted(set(members) - {one.name for one in fields(Options)})
    if unknown:
        raise SimulatorError(f"the simulator has no option {unknown[0]!r}")
    parsed: dict[str, Any] = {name: _parse_value(name, value) for name, value in members.items()}
    return Options(**parsed)


def format_options(options: Options) -> dict[str, Any]:
    """Return ``options`` as the JSON object that a world keeps, every switch spelt out."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(options).items()}


def _parse_value(name: str, value: object) -> object:
    default = getattr(_DEFAULTS, name)
    if isinstance(default, tuple) and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        if not value and name == "azs":
            raise SimulatorError("the simulator's option 'azs' cannot be empty")
        return tuple(value)
    if type(value) is not type(default) or value not in _CHOICES.get(name, (value,)) or _is_negative(value):
        raise SimulatorError(f"the simulator's option {name!r} cannot be {value!r}")
    return value


def _is_negative(value: object) -> bool:
    return isinstance(value, int) and value < 0
