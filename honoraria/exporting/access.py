"""The only way pages get runs and mappings; another organization's do not exist."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from honoraria.models import ExportRun, Mapping


def visible_runs(membership: Membership) -> QuerySet[ExportRun]:
    """Runs of the organization, the newest first."""
    if membership.role not in MONEY:
        return ExportRun.objects.none()
    found = ExportRun.objects.filter(organization=membership.organization)
    return found.select_related("created_by").order_by("-id")


def get_run_for(membership: Membership, pk: int) -> ExportRun:
    """A run; Http404 across organizations."""
    run = visible_runs(membership).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def visible_mappings(membership: Membership) -> QuerySet[Mapping]:
    """Mappings of the organization by name."""
    if membership.role not in MONEY:
        return Mapping.objects.none()
    return Mapping.objects.filter(organization=membership.organization)


def get_mapping_for(membership: Membership, pk: int) -> Mapping:
    """A mapping; Http404 across organizations."""
    mapping = visible_mappings(membership).filter(pk=pk).first()
    if mapping is None:
        raise Http404
    return mapping
