"""Bodies of answers → live resources, nodes and workloads, with their shape checked.

Members that are not known stay in the trees as they came. A ``null`` where the API has an object
or a list counts as absent: that is how its servers write an empty one.
"""

from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import LiveNode, LiveResource, LiveWorkload
from planner.core.trees import Tree, Value, as_int, as_text, as_tree
from planner.remote.moments import format_moment
from planner.remote.shapes import (
    expect_count,
    expect_items,
    expect_list,
    expect_optional_list,
    expect_optional_text,
    expect_optional_tree,
    expect_text,
    expect_tree,
)

_NODE_POOL: Final = "os.modelarts.node/nodepool"
_LOCK: Final = "os.modelarts.node/lock.action"
_LOGICAL_POOL: Final = "os.modelarts.node/elastic.quota"
_BILLING: Final = "os.modelarts/billing.mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list; ``cursor`` asks for the next one, empty on the last."""

    items: tuple[Value, ...]
    cursor: str
    total: int | None


def parse_page(body: Value) -> Page:
    """Return the page that ``body`` holds (contract 1, cursor and offset paging)."""
    tree = expect_tree(body, "body")
    metadata = expect_optional_tree(tree.get("metadata"), "metadata")
    total = tree.get("total")
    return Page(
        items=tuple(expect_optional_list(tree["items"], "items") if "items" in tree else expect_list(None, "items")),
        cursor=expect_optional_text(metadata.get("continue"), "metadata.continue"),
        total=None if total is None else expect_count(total, "total"),
    )


def parse_resource(value: Value, member: str = "body") -> LiveResource:
    """Return the pool or network that ``value`` holds (contract 3 and 2.10)."""
    tree = expect_tree(value, member)
    metadata = expect_tree(tree.get("metadata"), f"{member}.metadata")
    spec = expect_tree(tree.get("spec"), f"{member}.spec")
    resource_id = expect_text(metadata.get("name"), f"{member}.metadata.name")
    for name in ("labels", "annotations"):
        _check_texts(metadata.get(name), f"{member}.metadata.{name}")
    expect_items(spec.get("resources"), f"{member}.spec.resources", _check_entry)
    status = expect_optional_tree(tree.get("status"), f"{member}.status")
    expect_optional_text(status.get("phase"), f"{member}.status.phase")
    return LiveResource(
        id=resource_id,
        metadata=_drop_nulls(metadata, "labels", "annotations"),
        spec=_drop_nulls(spec, "resources"),
        status=status,
    )


def parse_node(value: Value, member: str) -> LiveNode:
    """Return the node that ``value`` holds (contract 2.9)."""
    tree = expect_tree(value, member)
    metadata = expect_tree(tree.get("metadata"), f"{member}.metadata")
    labels = expect_optional_tree(metadata.get("labels"), f"{member}.metadata.labels")
    annotations = expect_optional_tree(metadata.get("annotations"), f"{member}.metadata.annotations")
    status = expect_optional_tree(tree.get("status"), f"{member}.status")
    driver = as_tree(status.get("driver"))
    flavor = expect_text(as_tree(tree.get("spec")).get("flavor"), f"{member}.spec.flavor")
    node_pool = expect_optional_text(labels.get(_NODE_POOL), f"{member}.metadata.labels.{_NODE_POOL}")
    return LiveNode(
        name=expect_text(metadata.get("name"), f"{member}.metadata.name"),
        flavor=flavor,
        node_pool="" if node_pool == f"{flavor}-default" else node_pool,
        az=expect_optional_text(status.get("az"), f"{member}.status.az"),
        phase=expect_optional_text(status.get("phase"), f"{member}.status.phase"),
        private_ip=expect_optional_text(status.get("privateIp"), f"{member}.status.privateIp"),
        is_locked=_is_set(annotations.get(_LOCK)),
        is_subscribed=str(annotations.get(_BILLING)) == "1",
        is_bound=_is_set(labels.get(_LOGICAL_POOL)),
        bound_to=as_text(labels.get(_LOGICAL_POOL)),
        driver=as_text(driver.get("version")),
        driver_phase=as_text(driver.get("phase")),
    )


def parse_workload(value: Value, member: str) -> LiveWorkload:
    """Return the workload that ``value`` holds (contract 2.12.1).

    Its hosts are those of ``hostIps`` and of ``nodes``: a node counts as busy if either names it.
    """
    tree = expect_tree(value, member)
    joined = expect_optional_text(tree.get("hostIps"), f"{member}.hostIps")
    hosts = [one.strip() for one in joined.split(",")] + _find_node_hosts(tree.get("nodes"))
    return LiveWorkload(
        name=expect_text(tree.get("name") or tree.get("jobName"), f"{member}.name"),
        type=expect_optional_text(tree.get("type"), f"{member}.type"),
        status=expect_text(tree.get("status"), f"{member}.status"),
        host_ips=tuple(dict.fromkeys(filter(None, hosts))),
        running_seconds=max(0, as_int(tree.get("runningDuration", 0))),
        created=format_moment(as_int(tree.get("createTime", 0))),
        flavor=as_text(tree.get("flavor", "")),
    )


def _is_set(value: Value) -> bool:
    return value is not None and value != ""


def _check_texts(value: Value, member: str) -> None:
    for name, one in expect_optional_tree(value, member).items():
        if not isinstance(one, str):
            expect_text(one, f"{member}.{name}")


def _check_entry(value: Value, member: str) -> None:
    entry = expect_tree(value, member)
    expect_text(entry.get("flavor"), f"{member}.flavor")
    expect_count(entry.get("count"), f"{member}.count")
    expect_optional_text(entry.get("nodePool"), f"{member}.nodePool")
    expect_items(entry.get("azs"), f"{member}.azs", expect_tree)


def _drop_nulls(tree: Tree, *names: str) -> Tree:
    nulls = {name for name in names if name in tree and tree[name] is None}
    return {name: value for name, value in tree.items() if name not in nulls} if nulls else tree


def _find_node_hosts(value: Value) -> list[str]:
    nodes = value if isinstance(value, list) else [value]
    return [as_text(as_tree(one).get("hostIp")) for one in nodes]
