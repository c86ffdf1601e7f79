"""The only way a view gets a request, an offer or an assignment; strangers get 404.

Coordinators and administrators see their organization's rows; a requester those of the body they
ask for; accountants the same rows as coordinators, without what was said (templates leave it out).
"""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from accounts.models import Membership, Role
from dispatch.models import (
    Assignment,
    Desk,
    Offer,
    Operator,
    OperatorCall,
    OperatorService,
    Request,
    SharingAgreement,
    Shift,
)
from dispatch.models.requests import RequestQuerySet
from realtime.models import Inbound, Message


def visible_requests(membership: Membership) -> RequestQuerySet:
    """Every request the membership may see."""
    found = Request.objects.of(membership.organization)
    if membership.role == Role.REQUESTER:
        found = found.filter(body_id=membership.requesting_body_id, body__isnull=False)
    return found


def get_request_for(membership: Membership, pk: int) -> Request:
    """One request; 404 when it is another tenant's or another body's."""
    found = (
        visible_requests(membership)
        .select_related("organization", "body", "desk", "series")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_offer_for(membership: Membership, pk: int) -> Offer:
    """One offer of a visible request, for staff only."""
    if membership.role == Role.REQUESTER:
        raise Http404
    found = (
        Offer.objects.filter(request__organization=membership.organization, pk=pk)
        .select_related("request__organization", "volunteer")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_assignment_for(membership: Membership, pk: int) -> Assignment:
    """One assignment of a visible request, for staff only."""
    if membership.role == Role.REQUESTER:
        raise Http404
    found = (
        Assignment.objects.filter(request__organization=membership.organization, pk=pk)
        .select_related("request__organization", "volunteer")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_call_for(membership: Membership, pk: int) -> Message:
    """One message of the organization that did not leave by itself, for staff only."""
    found = (
        Message.objects.of_organization(membership.organization_id)
        .filter(pk=pk, recipient__startswith="volunteer:")
        .exclude(kind="code")
        .first()
    )
    if found is None or membership.role == Role.REQUESTER:
        raise Http404
    return found


def get_inbound_for(membership: Membership, pk: int) -> Inbound:
    """One text that came in for the organization, for its desk staff."""
    found = Inbound.objects.filter(organization_id=membership.organization_id, pk=pk).first()
    if found is None or membership.role not in {Role.COORDINATOR, Role.ADMIN}:
        raise Http404
    return found


def get_service_for(membership: Membership, pk: int) -> OperatorService:
    """One line of an operator's contract, for staff only."""
    found = (
        OperatorService.objects.filter(operator__organization=membership.organization, pk=pk)
        .select_related("operator")
        .first()
    )
    if found is None or membership.role == Role.REQUESTER:
        raise Http404
    return found


def get_operator_call_for(membership: Membership, pk: int) -> OperatorCall:
    """One call to an operator for a request of the organization, for staff only."""
    found = (
        OperatorCall.objects.filter(request__organization=membership.organization, pk=pk)
        .select_related("operator", "request")
        .first()
    )
    if found is None or membership.role == Role.REQUESTER:
        raise Http404
    return found


def get_offer_by_token(token: str) -> Offer:
    """The offer a link in a message names; the link shows and answers it and nothing else."""
    found = (
        Offer.objects.filter(token=token)
        .select_related("request__organization", "volunteer__organization")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_shift_for(membership: Membership, pk: int) -> Shift:
    """One shift at a desk of the organization, for its desk staff."""
    found = (
        Shift.objects.filter(desk__organization=membership.organization, pk=pk)
        .select_related("desk", "volunteer")
        .first()
    )
    if found is None or membership.role not in {Role.COORDINATOR, Role.ADMIN}:
        raise Http404
    return found


def get_desk_for(membership: Membership, pk: int) -> Desk:
    """One desk of the organization, for its administrators."""
    found = Desk.objects.filter(organization=membership.organization, pk=pk).first()
    if found is None or membership.role != Role.ADMIN:
        raise Http404
    return found


def get_calendar_desk_for(membership: Membership, pk: int) -> Desk:
    """One desk of the organization, for those who work with its calendar."""
    found = Desk.objects.filter(organization=membership.organization, pk=pk).first()
    if found is None or membership.role not in {Role.COORDINATOR, Role.ADMIN}:
        raise Http404
    return found


def get_operator_for(membership: Membership, pk: int) -> Operator:
    """One operator under contract with the organization, for its desk staff."""
    found = Operator.objects.filter(organization=membership.organization, pk=pk).first()
    if found is None or membership.role not in {Role.COORDINATOR, Role.ADMIN}:
        raise Http404
    return found


def get_agreement_for(membership: Membership, pk: int) -> SharingAgreement:
    """One agreement that the organization is a side of, for its administrators."""
    sides = Q(borrower=membership.organization) | Q(lender=membership.organization)
    found = SharingAgreement.objects.filter(sides, pk=pk).select_related("borrower", "lender")
    agreement = found.first()
    if agreement is None or membership.role != Role.ADMIN:
        raise Http404
    return agreement
