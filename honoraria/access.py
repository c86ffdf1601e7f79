"""The only way a page or the API gets a honorarium or a tariff; strangers get 404.

Accountants and administrators act; coordinators read honoraria; requesters see none of it.
"""

from __future__ import annotations

from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership, Role
from honoraria.models import Honorarium, HonorariumQuerySet, Tariff, TariffVersion

READERS = MONEY | {Role.COORDINATOR}


def visible_honoraria(membership: Membership) -> HonorariumQuerySet:
    """Every entry the membership may read."""
    if membership.role not in READERS:
        return Honorarium.objects.none()
    return Honorarium.objects.of(membership.organization)


def get_honorarium_for(membership: Membership, pk: int) -> Honorarium:
    """One entry; 404 when it is another tenant's."""
    found = (
        visible_honoraria(membership)
        .select_related(
            "organization",
            "volunteer",
            "assignment__request",
            "report__confirmed_by",
            "recorded_by",
            "tariff_version__tariff",
            "approved_by",
            "corrects",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_tariff_for(membership: Membership, pk: int) -> Tariff:
    """One tariff, for those who may change it."""
    found = Tariff.objects.filter(organization=membership.organization, pk=pk).first()
    if found is None or membership.role not in MONEY:
        raise Http404
    return found


def get_version_for(membership: Membership, pk: int) -> TariffVersion:
    """One version of a tariff, for those who may change it."""
    found = (
        TariffVersion.objects.select_related("tariff__organization")
        .filter(tariff__organization=membership.organization, pk=pk)
        .first()
    )
    if found is None or membership.role not in MONEY:
        raise Http404
    return found
