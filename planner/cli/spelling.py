"""Terraform's spellings of options: one dash before a long name, understood before anything is parsed."""

from collections.abc import Iterable, Iterator
from typing import Final

VALUE_OPTIONS: Final = frozenset(
    {
        "access-key",
        "allow",
        "against",
        "changed-since",
        "chdir",
        "compat",
        "domain",
        "exclude",
        "expect",
        "expect-plan",
        "faults",
        "flavor",
        "format",
        "from",
        "from-terraform",
        "hold",
        "host",
        "interval",
        "json-into",
        "limit",
        "lock-timeout",
        "match",
        "out",
        "parallelism",
        "password",
        "port",
        "reason",
        "receipt",
        "replace",
        "revert-drift",
        "secret-key",
        "speed",
        "split-by",
        "switch",
        "target",
        "timeout",
        "token-life",
        "user",
        "valid-for",
        "var",
        "var-file",
        "wait",
        "workspace",
        "world",
    }
)
"""Long options that take a value: what follows one of them is never an option."""

FLAG_OPTIONS: Final = frozenset(
    {
        "all",
        "allow-older-commit",
        "auto-approve",
        "check",
        "debug",
        "destroy",
        "detailed-exitcode",
        "diff",
        "fail-fast",
        "force",
        "help",
        "json",
        "no-color",
        "probe",
        "quiet",
        "recursive",
        "refresh-only",
        "release",
        "service",
        "skip-blocked",
        "up-to-idle",
        "version",
        "watch",
    }
)
"""Long options that take none; ``json`` is Terraform's word for ``--format json``."""

# Tools that call a Terraform binary read a plan with ``show -json FILE`` and ``show -no-color FILE``, so spelled:
# Terraform takes no option after the file.
_CALLED_AS_TERRAFORM: Final = {
    "-json": ("--format=terraform-json",),
    "-no-color": ("--no-color", "--compat=terraform"),
}
SHORT_VALUE_OPTIONS: Final = frozenset({"-C", "-n", "-o"})
SHORT_OPTIONS: Final = frozenset("Chnov")


def translate_arguments(arguments: Iterable[str]) -> list[str]:
    """Return ``arguments`` with Terraform's spellings as poolctl's.

    ``-out=F`` is ``--out=F``, ``-json`` is ``--format=json``. Values of options, and all that
    stands after ``--``, are left as they are.
    """
    return list(_translate(iter(arguments)))


def _translate(arguments: Iterator[str]) -> Iterator[str]:
    words: list[str] = []
    for argument in arguments:
        words += [] if argument.startswith("-") else [argument]
        spelled = _translate_one(argument)
        yield from _CALLED_AS_TERRAFORM.get(argument, (spelled,)) if words == ["show"] else (spelled,)
        if spelled == "--":
            yield from arguments
        elif is_awaiting_value(spelled):
            yield from _take_one(arguments)


def _translate_one(argument: str) -> str:
    dashes = len(argument) - len(argument.lstrip("-"))
    name = argument[dashes:].partition("=")[0]
    if dashes not in {1, 2} or not name:
        return argument
    if argument[dashes:] == "json":
        return "--format=json"
    if argument.startswith("-o="):
        return f"--format={argument[len('-o=') :]}"
    return f"-{argument}" if dashes == 1 and (_is_long(name) or _is_misspelled(argument)) else argument


def _is_long(name: str) -> bool:
    # An unknown name gets its second dash too, so that the error shows the word that was typed.
    return name in VALUE_OPTIONS | FLAG_OPTIONS or (
        name[0].isalpha() and f"-{name[0]}" not in SHORT_VALUE_OPTIONS and len(name) > 1
    )


def _is_misspelled(argument: str) -> bool:
    """Tell whether ``argument`` is a long name with a fault, such as ``-outt=F``: no format has an equals sign."""
    return argument.startswith("-o") and "=" in argument[len("-o=") :]


def is_awaiting_value(argument: str) -> bool:
    """Tell whether the next argument is the value of this one."""
    return argument in SHORT_VALUE_OPTIONS or (argument.startswith("--") and argument[2:] in VALUE_OPTIONS)


def _take_one(arguments: Iterator[str]) -> Iterator[str]:
    for argument in arguments:
        yield argument
        return
