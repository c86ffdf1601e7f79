"""The only way in which a staff page or the API gets a volunteer's row."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import STAFF
from accounts.models import Membership
from volunteers.models import (
    Application,
    ApplicationDocument,
    ImportRun,
    Volunteer,
    VolunteerQuerySet,
)


def register_of(membership: Membership) -> VolunteerQuerySet:
    """Everybody in the register of the member's organization; 404 for roles without the right."""
    if membership.role not in STAFF:
        raise Http404
    return Volunteer.objects.of(membership.organization)


def get_volunteer_for(membership: Membership, pk: int, *, lock: bool = False) -> Volunteer:
    """One volunteer; 404 across organizations and for roles without the right.

    ``lock`` needs a transaction and keeps the row until its end.
    """
    found = register_of(membership).filter(pk=pk)
    volunteer = (found.select_for_update(no_key=True) if lock else found).first()
    if volunteer is None:
        raise Http404
    return volunteer


def get_import_for(membership: Membership, pk: int) -> ImportRun:
    """One import run, without the file; 404 across organizations and without the right."""
    runs = ImportRun.objects.filter(organization=membership.organization).defer("content")
    run = runs.select_related("organization", "by").filter(pk=pk).first()
    if run is None or membership.role not in STAFF:
        raise Http404
    return run


def applications_of(membership: Membership) -> QuerySet[Application]:
    """Applications and renewals that were sent to the member's organization; drafts are nobody's."""
    if membership.role not in STAFF:
        raise Http404
    sent = Application.objects.exclude(state=Application.State.DRAFT)
    return sent.filter(organization=membership.organization)


def get_application_for(membership: Membership, pk: int) -> Application:
    """One application; 404 across organizations and for roles without the right."""
    rows = applications_of(membership).select_related("organization", "volunteer")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_document_for(membership: Membership, pk: int, document: int) -> ApplicationDocument:
    """One file of an application; 404 as for the application."""
    application = get_application_for(membership, pk)
    found = application.documents.select_related("application").filter(pk=document).first()
    if found is None:
        raise Http404
    return found
