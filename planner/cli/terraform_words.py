"""Terraform's commands and options that poolctl does not have, and what does their work here."""

from typing import Final

COMMANDS: Final = {
    "console": " Expressions are checked by: poolctl validate",
    "get": " Nothing has to be fetched: [include] names the files that are shared.",
    "graph": " A plan shows what waits for what: poolctl plan",
    "help": " Each command has its help: poolctl COMMAND --help",
    "login": " Credentials come from the environment; what is found: poolctl doctor",
    "logout": " Credentials come from the environment; what is found: poolctl doctor",
    "output": " Ids and all that is recorded: poolctl state show ADDR, or poolctl show -o json",
    "providers": " There is one service, and nothing to install for it; to look: poolctl doctor",
    "refresh": " What is seen is recorded by: poolctl apply --refresh-only",
    "taint": " To make one anew: poolctl apply --replace ADDR",
    "test": " Rules over a plan are [policy.NAME] blocks; the files are checked by: poolctl validate",
    "untaint": " Nothing is ever marked to be made anew: only --replace ADDR asks for that.",
    "version": " It is an option: poolctl --version",
    "workspace": " Each directory has a state of its own; [include] shares what is common.",
}
"""What is said of a command of Terraform, or of habit, that is none here."""

OPTIONS: Final = {
    "backend-config": " The [backend.NAME] block of the files says where the state is.",
    "backup": " Where the state's store keeps versions, poolctl state rollback goes back.",
    "compact-warnings": " Warnings are told on stderr; --quiet leaves little else.",
    "generate-config-out": " Files for what is there are written by: poolctl import --all",
    "input": " poolctl asks only where a terminal can answer; --auto-approve says yes beforehand.",
    "lock": " A plan takes no lock, and an apply never goes without one; see --lock-timeout.",
    "lock-timeout": " This command takes no lock.",
    "migrate-state": " The state is moved by: poolctl state migrate",
    "reconfigure": " The [backend.NAME] block of the files says where the state is; to move it: poolctl state migrate",
    "refresh": " A plan is always made of what is there now.",
    "show-sensitive": " Nothing is hidden: no secret ever stands in a state or a plan.",
    "state": " The [backend.NAME] block of the files says where the state is.",
    "state-out": " The [backend.NAME] block of the files says where the state is.",
    "upgrade": " There is nothing to install or to upgrade.",
}
"""What is said of an option of Terraform that is none here."""
