"""The node pool that the service gives entries which name none."""


def is_default_pool(flavor: str, node_pool: str) -> bool:
    """Tell whether ``node_pool`` is empty or ``<flavor>-default``, which means the same (semantics 3.1)."""
    return node_pool in {"", f"{flavor}-default"}
