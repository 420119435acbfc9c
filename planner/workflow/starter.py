"""The configuration that ``init`` writes: it plans at once on the embedded simulator."""

from typing import Final

from planner.core.desired import GitBackend

STARTER_FILE: Final = "main.pools.toml"

_LOCAL: Final = """\
# The state remembers which live pool belongs to which block. Keep the file.
[backend.local]
path = "pools.state.json"
"""

_GIT: Final = """\
# The state remembers which live pool belongs to which block. It is pushed to a branch of its own of
# this remote, where all who may push share it. For this disk alone, write [backend.local] instead.
[backend.git]
remote = "{remote}"
ref    = "{ref}"
"""

STARTER_TEXT: Final = """\
# What you want to have, in this file; what there is, in the service. `poolctl plan` shows the
# difference, `poolctl apply` makes it so. Only what is written here is managed.

[poolctl]
required_version = ">=0.1"

# The state remembers which live pool belongs to which block. Keep the file.
[backend.local]
path = "pools.state.json"

# The simulator needs no account: its world lives in .poolctl/ and costs nothing.
# For the real service, delete the endpoint, set the two lines below it and HW_AUTH_TOKEN.
[provider.modelarts]
endpoint = "simulator"
# region     = "eu-de"
# project_id = "0123456789abcdef0123456789abcdef"

# The network that the nodes stand in; its address is network.main.
[network.main]
name = "starter-net"
cidr = "192.168.0.0/16"

# A pool of nodes; its address is pool.starter.
[pool.starter]
name        = "starter-pool"
type        = "Dedicate"
description = "made by poolctl init"
scope       = ["Train"]             # job types the pool runs
network     = "${network.main.id}"  # known after the network is made

# One entry for each flavor. Change count and run `poolctl plan` again.
[[pool.starter.resources]]
flavor = "modelarts.vm.cpu.4ud"
count  = 2

# Limits that an apply keeps to, here with their defaults; what goes beyond them is blocked.
[guards]
max_disruption      = "drains"  # nothing that interrupts running jobs
max_percent_removed = 50
max_nodes_added     = 30

# To delete the pool, replace its blocks with these lines:
# [[removed]]
# from    = "pool.starter"
# destroy = true
# reason  = "no longer needed"
"""


def make_starter(remote: str) -> str:
    """Return the text; the state is at the git remote ``remote``, or beside the files where that is empty."""
    return STARTER_TEXT.replace(_LOCAL, _GIT.format(remote=remote, ref=GitBackend().ref)) if remote else STARTER_TEXT
