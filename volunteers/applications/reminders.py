"""Who is asked to renew, and who gets the one last reminder; for the worker, any number of times.

Each message is told once per term, however often this runs: its key names the term.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from accounts.times import local
from volunteers.applications import rules
from volunteers.models import Application, Volunteer, VolunteerQuerySet
from volunteers.subscriptions import tell


def ending(today: date) -> VolunteerQuerySet:
    """People whose newest term ends within 60 days or has ended, with its end as ``term_ends``."""
    newest = Volunteer.objects.annotate(term_ends=Max("registrations__ends_on"))
    staying = newest.exclude(status=Volunteer.Status.WITHDRAWN)
    return staying.filter(term_ends__lte=today + rules.RENEWAL_OPENS)


def remind_of_renewal(*, at: datetime) -> int:
    """Ask everybody whose time has come; returns how many messages were due (told before or now)."""
    today = local(at).date()
    sent = Q(
        applications__kind=Application.Kind.RENEWAL,
        applications__state__in=["submitted", "screening", "interview"],
    )
    told = 0
    for volunteer in ending(today).exclude(sent).select_related("organization"):
        ends_on: date = volunteer.term_ends  # type: ignore[attr-defined]
        kind = "renewal" if ends_on >= today else "renewal_last"
        if ends_on < today - rules.LAST_REMINDER:
            continue
        with transaction.atomic():
            tell(volunteer, kind, at, ends_on=ends_on.isoformat(), once=ends_on.isoformat())
        told += 1
    return told
