"""Jobs in danger, sold-out zones, money, quotas and loosened guards ↔ their members of a plan document."""

from decimal import Decimal

from planner.core.evidence import Endangered, EndangeredWorkload, SoldOut
from planner.core.guard_record import Loosened
from planner.core.money import HourlyCost, format_amount
from planner.core.snapshot import LiveQuota
from planner.state.documents import plan_models as models


def write_endangered(endangered: Endangered) -> models.EndangeredDocument:
    """Return the document of the jobs in danger."""
    return models.EndangeredDocument(
        workloads=[_write_workload(one) for one in endangered.workloads],
        nodes_at_most=endangered.nodes_at_most,
        why_unread=endangered.why_unread,
    )


def read_endangered(document: models.EndangeredDocument) -> Endangered:
    """Return the jobs in danger that a document names."""
    return Endangered(
        workloads=tuple(_read_workload(one) for one in document.workloads),
        nodes_at_most=document.nodes_at_most,
        why_unread=document.why_unread,
    )


def write_sold_out(sold_out: SoldOut) -> models.SoldOutDocument:
    """Return the document of zones that are sold out."""
    return models.SoldOutDocument(
        flavor=sold_out.flavor, zones=list(sold_out.zones), is_everywhere=sold_out.is_everywhere
    )


def read_sold_out(document: models.SoldOutDocument) -> SoldOut:
    """Return the zones that a document names."""
    return SoldOut(flavor=document.flavor, zones=tuple(document.zones), is_everywhere=document.is_everywhere)


def write_cost(cost: HourlyCost) -> models.HourlyCostDocument:
    """Return the document of money an hour."""
    return models.HourlyCostDocument(
        before=format_amount(cost.before), after=format_amount(cost.after), unpriced=list(cost.unpriced)
    )


def read_cost(document: models.HourlyCostDocument) -> HourlyCost:
    """Return the money that a document names."""
    return HourlyCost(before=Decimal(document.before), after=Decimal(document.after), unpriced=tuple(document.unpriced))


def write_quota(quota: LiveQuota) -> models.QuotaDocument:
    """Return the document of a quota."""
    return models.QuotaDocument(type=quota.type, quota=quota.quota, used=quota.used, left=quota.left)


def read_quota(document: models.QuotaDocument) -> LiveQuota:
    """Return the quota of a document."""
    return LiveQuota(type=document.type, quota=document.quota, used=document.used)


def write_loosened(loosened: Loosened) -> models.LoosenedDocument:
    """Return the document of a guard that was made weaker."""
    return models.LoosenedDocument(scope=loosened.scope, key=loosened.key, before=loosened.before, after=loosened.after)


def read_loosened(document: models.LoosenedDocument) -> Loosened:
    """Return the loosened guard of a document."""
    return Loosened(**document.model_dump())


def _write_workload(workload: EndangeredWorkload) -> models.WorkloadDocument:
    return models.WorkloadDocument(
        name=workload.name,
        type=workload.type,
        status=workload.status,
        nodes=list(workload.nodes),
        running_seconds=workload.running_seconds,
        created=workload.created,
    )


def _read_workload(document: models.WorkloadDocument) -> EndangeredWorkload:
    return EndangeredWorkload(
        name=document.name,
        type=document.type,
        status=document.status,
        nodes=tuple(document.nodes),
        running_seconds=document.running_seconds,
        created=document.created,
    )
