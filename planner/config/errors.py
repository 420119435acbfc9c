"""What stops a command that needs the configuration.

::

    PoolctlError
    └── ConfigError    the files hold a fault; one diagnostic each, warnings among them
"""

from planner.core.diagnostics import PoolctlError


class ConfigError(PoolctlError):
    """The configuration cannot be used as it is written."""
