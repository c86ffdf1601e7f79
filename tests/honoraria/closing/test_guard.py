"""The database refuses to change a closed month, whoever tries; and lets two moves through."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from honoraria.models import Books, Honorarium
from tests import factories
from tests.factories import NOW
from tests.honoraria.closing.months_of import NOVEMBER, close, entry_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(city, hana, accountant):
    """A closed entry of November."""
    found = entry_on(hana, date(2026, 11, 2))
    close(city, NOVEMBER, accountant)
    found.refresh_from_db()
    return found


def refused(attempt):
    with (
        pytest.raises(IntegrityError, match="lies in a closed month"),
        transaction.atomic(),
    ):
        attempt()
    return True


def changes(entry, **values):
    return Honorarium.objects.filter(pk=entry.pk).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"fee": F("fee") + 1, "total": F("total") + 1},
        {"booked_on": date(2026, 12, 1)},
        {"activity_date": date(2026, 11, 3)},
        {"reason": "あとから"},
        {"derivation": [{"code": "base", "text": "", "amount": 3000}]},
        {"state": "approved"},
        {"state": "draft"},
        {"state": "paid", "fee": F("fee") + 1, "total": F("total") + 1},
        {"paid_by": "cash"},
    ],
)
def test_a_closed_entry_does_not_change(entry, values):
    assert refused(lambda: changes(entry, **values))


def test_it_is_paid_and_sent_back(entry):
    assert changes(entry, state="paid") == 1
    assert changes(entry, state="closed") == 1
    assert refused(lambda: changes(entry, state="approved"))


def test_saving_it_unchanged_changes_nothing_and_is_no_error(entry):
    entry.save()


def test_nothing_is_added_or_taken_away(entry, hana):
    assert refused(entry.delete)
    assert refused(lambda: Honorarium.objects.filter(pk=entry.pk)._raw_delete("default"))
    assert refused(lambda: entry_on(hana, date(2026, 11, 30)))
    assert refused(lambda: entry_on(hana, date(2025, 1, 1)))
    later = entry_on(hana, date(2026, 12, 1))
    assert refused(lambda: changes(later, booked_on=date(2026, 11, 30)))
    changes(later, fee=1, total=1)
    later.delete()


def test_one_closed_entry_among_many_refuses_the_whole_statement(entry, hana):
    later = entry_on(hana, date(2026, 12, 1))
    assert refused(lambda: Honorarium.objects.update(reason="まとめて"))
    later.refresh_from_db()
    assert later.reason == ""


def test_another_town_is_not_held_up(entry, town):
    other = entry_on(factories.VolunteerFactory(organization=town), date(2026, 11, 2))
    changes(other, fee=1, total=1)
    assert refused(lambda: changes(other, organization=entry.organization))


def test_without_the_guard_it_would_pass(entry):
    """The control: it is the trigger that refuses, not something else on the way."""
    switch = "ALTER TABLE honoraria_honorarium {} TRIGGER closed_months_never_change"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checks still to come lock the table
        cursor.execute(switch.format("DISABLE"))
        assert changes(entry, reason="あとから") == 1
        cursor.execute(switch.format("ENABLE"))


def test_nothing_leaves_the_draft_without_somebody_who_approved_it(city, hana, accountant):
    entry = entry_on(hana, date(2026, 11, 2), state="draft")
    for state in ("approved", "closed", "paid"):
        with pytest.raises(IntegrityError, match="approved by nobody"), transaction.atomic():
            changes(entry, state=state)
    changes(entry, state="approved", approved_by=accountant, approved_at=NOW)
    with pytest.raises(IntegrityError, match="approved by nobody"), transaction.atomic():
        changes(entry, approved_by=None)
    changes(entry, state="draft", approved_by=None, approved_at=None)


def test_open_books_refuse_nothing(city, hana):
    Books.objects.create(organization=city)
    entry = entry_on(hana, date(2026, 11, 2))
    changes(entry, fee=1, total=1)
    entry.delete()
