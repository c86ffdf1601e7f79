"""The only way a page gets a batch, a payment or a paying account; strangers get 404.

Accountants and administrators see payments; nobody else does.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from honoraria.models import PayingAccount, Payment, PaymentBatch


def visible_batches(membership: Membership) -> QuerySet[PaymentBatch]:
    """Every batch the membership may see."""
    if membership.role not in MONEY:
        return PaymentBatch.objects.none()
    return PaymentBatch.objects.filter(organization=membership.organization)


def visible_accounts(membership: Membership) -> QuerySet[PayingAccount]:
    """Every paying account the membership may see."""
    if membership.role not in MONEY:
        return PayingAccount.objects.none()
    return PayingAccount.objects.filter(organization=membership.organization)


def get_batch_for(membership: Membership, pk: int) -> PaymentBatch:
    """One batch; 404 when it is another tenant's."""
    people = ("organization", "paying_account", "created_by", "released_by", "finished_by")
    found = visible_batches(membership).select_related(*people).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_payment_for(membership: Membership, pk: int) -> Payment:
    """One payment; 404 when it is another tenant's."""
    rows = Payment.objects.select_related("batch", "volunteer", "account")
    found = rows.filter(pk=pk, organization=membership.organization).first()
    if found is None or membership.role not in MONEY:
        raise Http404
    return found


def get_account_for(membership: Membership, pk: int) -> PayingAccount:
    """One paying account; 404 when it is another tenant's."""
    found = visible_accounts(membership).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
