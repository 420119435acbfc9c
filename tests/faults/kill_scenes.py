"""What poolctl is killed in the middle of: the files before and after, the command, and what must hold in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fault_site import NETWORK, NETWORK_ID, POOL_ID, PROJECT, make_pool_block, make_removed_block

APPLY = ("apply", "--auto-approve")
RENAMED_ID = f"gpu-b-{PROJECT}"
BOTH = (NETWORK, make_pool_block())
DRIVEN = 'workspace_id = "team"\ndriver = { gpu_version = "440.33", update_strategy = "idle" }\n[[pool.a.resources]]'
FORGOTTEN = '\n[[removed]]\nfrom = "pool.a"\ndestroy = false\nreason = "another team has it"\n'
IMPORTED = f'\n[[import]]\nto = "network.main"\nid = "{NETWORK_ID}"\n[[import]]\nto = "pool.a"\nid = "{POOL_ID}"\n'
RUN_STEPS = frozenset(
    {
        "open pools.state.json.flock",
        "flock",
        "link pools.state.json.lock.new pools.state.json.lock",
        "open *.jsonl",
        "write half of *.jsonl",
        "write half of .poolctl-*.tmp",
        "rename .poolctl-*.tmp pools.state.json",
        "rename .poolctl-*.tmp *.json",
        "connect",
        "remove .poolctl-*.lock",
    }
)
"""What every apply that changes something comes to: the lock, the journal, the state, a receipt, and the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One command to be killed.

    ``before`` are the files that are applied first, ``prepared`` commands after that, ``blocks`` the files of the
    command. ``steps`` are steps that it must come to. Where ``interrupted_at`` names a step, an apply was killed
    there before, so that the command has something to settle. In the end the state tracks ``tracked`` (ids by
    address), and nothing but ``tracked`` and ``left`` is live; ``made`` counts the POSTs and DELETEs that the service
    took, by what they made or deleted, from the first file on. ``nodes`` are those of the pool, of which ``kept``
    were there before.
    """

    before: tuple[str, ...] = BOTH
    prepared: tuple[tuple[str, ...], ...] = ()
    blocks: tuple[str, ...] = BOTH
    options: tuple[str, ...] = ()
    steps: frozenset[str] = frozenset()
    interrupted_at: str = ""
    tracked: Mapping[str, str] = field(default_factory=lambda: {"network.main": NETWORK_ID, "pool.a": POOL_ID})
    left: tuple[str, ...] = ()
    made: Mapping[str, int] = field(default_factory=lambda: {"POST networks": 1, "POST pools": 1})
    nodes: int = 3
    kept: int = 3

    @property
    def command(self) -> tuple[str, ...]:
        """Return the command that is killed, and that ends it later."""
        return (*APPLY, *self.options)


def send(method: str, path: str) -> str:
    """Return the step that sends a request to ``path`` below the project."""
    return f"send {method} /{path}"


_POOL = f"v2/*/pools/{POOL_ID.replace(PROJECT, '*')}"
_PATCH = send("PATCH", _POOL)
_REMOVE = send("POST", f"{_POOL}/nodes/batch-delete")
_DELETE = send("DELETE", _POOL)
_MAKE_POOL = send("POST", "v2/*/pools")
_MAKE_NETWORK = send("POST", "v1/*/networks")
_DELETE_NETWORK = send("DELETE", f"v1/*/networks/{NETWORK_ID.replace(PROJECT, '*')}")
_DESTROYS = ("--allow", "pool.a=destroys")

WHOLE = {
    "create": Scene(before=(), kept=0, steps=RUN_STEPS | {_MAKE_NETWORK, _MAKE_POOL, "open .gitignore"}),
    "update in several requests": Scene(
        blocks=(
            NETWORK + 'description = "trains"\n',
            make_pool_block(gpu=2, description="second").replace("[[pool.a.resources]]", DRIVEN, 1),
        ),
        steps=RUN_STEPS | {_PATCH},
        nodes=5,
    ),
    "grow one flavor, shrink the other": Scene(
        blocks=(NETWORK, make_pool_block(cpu=2, gpu=2)), steps=RUN_STEPS | {_PATCH, _REMOVE}, nodes=4, kept=2
    ),
    "remove idle nodes": Scene(blocks=(NETWORK, make_pool_block(cpu=2)), steps=RUN_STEPS | {_REMOVE}, nodes=2, kept=2),
    "replace": Scene(
        blocks=(NETWORK, make_pool_block(name="gpu-b")),
        options=_DESTROYS,
        steps=RUN_STEPS | {_DELETE, _MAKE_POOL},
        tracked={"network.main": NETWORK_ID, "pool.a": RENAMED_ID},
        made={"POST networks": 1, "POST pools": 2, "DELETE pools": 1},
        kept=0,
    ),
    "delete": Scene(
        blocks=(make_removed_block("network.main"), make_removed_block("pool.a")),
        options=(*_DESTROYS, "--allow", "network.main=destroys"),
        steps=RUN_STEPS | {_DELETE, _DELETE_NETWORK},
        tracked={},
        made={"POST networks": 1, "POST pools": 1, "DELETE pools": 1, "DELETE networks": 1},
        nodes=0,
        kept=0,
    ),
    "import and change": Scene(
        prepared=(("state", "rm", "--auto-approve", "pool.a", "network.main"),),
        blocks=(NETWORK, make_pool_block(description="second"), IMPORTED),
        steps=RUN_STEPS | {_PATCH},
    ),
    "forget": Scene(
        blocks=(NETWORK, FORGOTTEN),
        steps=RUN_STEPS - {"write half of *.jsonl"},
        tracked={"network.main": NETWORK_ID},
        left=(POOL_ID,),
    ),
}

# What an apply has to settle: each write of the scenes above, whose answer has arrived and was never read.
INTERRUPTED = {
    f"{name}, after {step}": replace(
        WHOLE[name],
        interrupted_at=step.replace("send", "receive", 1),
        steps=frozenset({"rename .poolctl-*.tmp pools.state.json"}),
    )
    for name, steps in {
        "create": (_MAKE_POOL,),
        "update in several requests": (_PATCH,),
        "grow one flavor, shrink the other": (_REMOVE,),
        "replace": (_DELETE, _MAKE_POOL),
    }.items()
    for step in steps
}
SCENES = {**WHOLE, **INTERRUPTED}
