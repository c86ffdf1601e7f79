"""The only way a page gets a programme, a cost, its documents or a claim; strangers get 404.

Accountants and administrators see and do all of it; nobody else sees anything.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from honoraria.models import Claim, Cost, CostDocument, Programme

Row = TypeVar("Row", bound=Model)


def get_programme_for(membership: Membership, pk: int) -> Programme:
    """One programme of the organization."""
    found = Programme.objects.select_related("organization").filter(
        organization=membership.organization
    )
    return _only(found, membership, pk)


def get_cost_for(membership: Membership, pk: int) -> Cost:
    """One cost of the organization."""
    found = Cost.objects.select_related(
        "organization", "created_by", "approved_by", "corrects", "correction"
    ).filter(organization=membership.organization)
    return _only(found, membership, pk)


def get_document_for(membership: Membership, pk: int) -> CostDocument:
    """One document of a cost of the organization."""
    found = CostDocument.objects.select_related("cost__organization").filter(
        cost__organization=membership.organization
    )
    return _only(found, membership, pk)


def get_claim_for(membership: Membership, pk: int) -> Claim:
    """One submitted claim of the organization."""
    found = Claim.objects.select_related("programme__organization", "terms", "submitted_by").filter(
        programme__organization=membership.organization
    )
    return _only(found, membership, pk)


def _only(rows: QuerySet[Row], membership: Membership, pk: int) -> Row:
    found = rows.filter(pk=pk).first()
    if found is None or membership.role not in MONEY:
        raise Http404
    return found
