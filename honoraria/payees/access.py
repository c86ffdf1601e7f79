"""The only way a page gets a payee or an account; strangers get 404.

Accountants and administrators only: coordinators see no accounts.
"""

from __future__ import annotations

from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from honoraria.models import BankAccount
from volunteers.models import Volunteer, VolunteerQuerySet


def payees_of(membership: Membership) -> VolunteerQuerySet:
    """Everybody in the register, for those who pay."""
    if membership.role not in MONEY:
        raise Http404
    return Volunteer.objects.of(membership.organization)


def get_payee_for(membership: Membership, pk: int) -> Volunteer:
    """One volunteer with tax status; 404 when it is another tenant's."""
    rows = payees_of(membership).select_related("organization", "payee")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_account_for(membership: Membership, pk: int) -> BankAccount:
    """One account; 404 when it is another tenant's."""
    rows = BankAccount.objects.select_related("volunteer__organization")
    found = rows.filter(volunteer__in=payees_of(membership), pk=pk).first()
    if found is None:
        raise Http404
    return found
