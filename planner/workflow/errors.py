"""What stops a use case after the files were read.

::

    PoolctlError
    └── WorkflowError
        ├── ServiceError   endpoint, credentials or identity of the service do not fit
        ├── ProbeError     the scratch pool of a probe cannot be made or looked at any more
        ├── PlanError      there is no plan: something is wrong between files, state and service
        └── StaleError     a saved plan is no longer what an apply would do
"""

from planner.core.diagnostics import PoolctlError


class WorkflowError(PoolctlError):
    """The root of what stops a use case."""


class ServiceError(WorkflowError):
    """The service cannot be called, or is another than the state belongs to."""


class ProbeError(WorkflowError):
    """A probe cannot begin or go on; what it made is taken away all the same."""


class PlanError(WorkflowError):
    """Nothing is planned; one diagnostic a fault."""


class StaleError(WorkflowError):
    """A saved plan cannot be applied any more, or is not what it says."""
