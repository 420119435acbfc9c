"""The service's own names of labels and annotations (contract 3), each spelled once."""

from typing import Final

NAME_LABEL: Final = "os.modelarts/name"
WORKSPACE_LABEL: Final = "os.modelarts/workspace.id"
DEFAULT_WORKSPACE: Final = "0"
"""What the service calls the workspace that a list shows when none is named (contract 2.2)."""
SHARING_LABEL: Final = "os.modelarts/sharing"
NODE_PREFIX_LABEL: Final = "os.modelarts/node.prefix"
ORDER_NAME_LABEL: Final = "os.modelarts/order.name"

DESCRIPTION: Final = "os.modelarts/description"
SCHEDULER_EXTENSION: Final = "os.modelarts/scheduler.extension"
ORDER_ID: Final = "os.modelarts/order.id"
BILLING_MODE: Final = "os.modelarts/billing.mode"
FLAVOR_RESOURCE_IDS: Final = "os.modelarts/flavor.resource.ids"
SUBPOOLS_COUNT: Final = "os.modelarts.pool/subpools.count"

BUYING_ANNOTATIONS: Final = (
    ORDER_ID,
    BILLING_MODE,
    "os.modelarts/period.num",
    "os.modelarts/period.type",
    "os.modelarts/auto.renew",
    "os.modelarts/auto.pay",
)
"""Annotations that buy something when they are sent (semantics 4)."""

BILLING_ANNOTATIONS: Final = (
    *BUYING_ANNOTATIONS,
    "os.modelarts/promotion.info",
    "os.modelarts/service.console.url",
)
"""Every annotation about billing: released when its line goes, never nulled (semantics 2.1)."""
