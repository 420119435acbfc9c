"""Values on the command line that the parser checks: addresses, permissions, durations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from planner.core.addresses import Address
    from planner.core.scaling import ScaleTarget

_DURATION: Final = re.compile(r"[0-9]{1,7}(ms|s|m|h)", re.ASCII)
_KINDS: Final = ("pool", "network")


class _Value(click.ParamType):  # type: ignore[type-arg]  # generic in new clicks, not to be subscripted in old ones
    """What the values below have in common with all of click's."""


class AddressValue(_Value):
    """The address of one resource, such as ``pool.training``."""

    name = "address"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Return the address; a usage error where ``value`` spells none."""
        from planner.core.addresses import parse_address

        address = parse_address(value)
        if address is None or address.kind not in _KINDS:
            self.fail(f'{value!r} is no address such as pool.training or pool.team["a"].', param, ctx)
        return address


class PermissionValue(_Value):
    """What ``--allow`` takes: ``ADDR=CLASS``; it stays a text, for a plan carries it."""

    name = "permission"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value`` as it is; a usage error, naming the classes, where it spells no permission."""
        from planner.core.permissions import CLASSES, parse_permission

        if parse_permission(value) is None:
            from planner.core.near_words import make_hint

            meant = "" if (word := value.rpartition("=")[2]) in CLASSES else make_hint(word, CLASSES)
            words = (
                f"{value!r} is no ADDR=CLASS.{meant} Classes: {', '.join(CLASSES)}; destroys takes one address, no "
                "pattern."
            )
            self.fail(words, param, ctx)
        return value


class ScaleValue(_Value):
    """What ``scale`` takes: ``FLAVOR=N``, with ``/NODE_POOL`` and ``@AZ`` where they are needed."""

    name = "scale"

    def convert(
        self, value: str | ScaleTarget, param: click.Parameter | None, ctx: click.Context | None
    ) -> ScaleTarget:
        """Return the target; a usage error where ``value`` spells none."""
        from planner.core.scaling import ScaleTarget, parse_scale_target

        target = value if isinstance(value, ScaleTarget) else parse_scale_target(value)
        if target is None:
            words = (
                f"{value!r} is no FLAVOR=N such as modelarts.vm.cpu.4ud=5, FLAVOR/NODE_POOL=N or FLAVOR@AZ=N; "
                "N is a whole number."
            )
            self.fail(words, param, ctx)
        return target


class DurationValue(_Value):
    """A duration as the files write it: a whole number and ms, s, m or h."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; a usage error where ``value`` spells no duration."""
        from planner.config.durations import parse_duration

        if isinstance(value, float):
            return value
        if not _DURATION.fullmatch(value):
            self.fail(f"{value!r} is no duration such as 30s, 5m or 1h.", param, ctx)
        return parse_duration(value)


ADDRESS: Final = AddressValue()
PERMISSION: Final = PermissionValue()
DURATION: Final = DurationValue()
SCALE: Final = ScaleValue()
