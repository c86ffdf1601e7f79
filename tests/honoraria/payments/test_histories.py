"""Whatever people press in whatever order: never an unapproved yen, never a yen twice or lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

from django.db.models import Count, F, Q, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import ActionError
from honoraria.banking import transfer
from honoraria.models import Honorarium, Payment, PaymentBatch, PaymentLine
from honoraria.payments.actions import (
    cancel_batch,
    finish_batch,
    finish_payment,
    leave_out,
    prepare_batch,
    release_batch,
    return_payment,
)
from honoraria.payments.files import bank_file
from honoraria.payments.selecting import METHODS, payable
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    account_of,
    entry_of,
    next_price,
    paying_account,
    reversal_of,
)

LEFT = ["released", "paid"]
LATER = datetime(2026, 12, 9, 3, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["book", "close", "reverse", "again", "bank", "cash", "cards", "release", "cancel",
             "out", "finish", "one", "return"]
        ),
        st.integers(0, 99),
    ),
    min_size=4,
    max_size=30,
)  # fmt: skip


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_yen_is_approved_and_paid_at_most_once(city, hana, minh, accountant, admin, steps):
    from django.db import transaction

    with transaction.atomic():
        town = _Town(city, [hana, minh], accountant, admin)
        for step, number in steps:
            town.press(step, number)
            town.check()
        transaction.set_rollback(True)


class _Town:
    """A small organization whose people press at random."""

    def __init__(self, city, people, accountant, admin):
        self.city, self.people, self.who = city, people, (accountant, admin)
        self.account = paying_account(city)
        for index, person in enumerate(people):
            account_of(person, f"{index:07d}")

    def press(self, step, number):
        from django.db import transaction

        try:
            with transaction.atomic():
                getattr(self, f"_{step}")(number)
        except ActionError:
            pass  # a refusal is an answer, too

    def _pick(self, rows, number):
        found = list(rows.order_by("pk"))
        if not found:
            raise ActionError("nothing", "")
        return found[number % len(found)]

    def _book(self, number):
        state = ["draft", "approved", "closed"][number % 3]
        tax = ["withheld", "sign_language"][number % 2]
        how = ["bank", "bank", "cash", "gift_card"][number % 4]
        entry_of(
            self.people[number % 2], 1000 + 37 * number, 10 * number, state=state, tax=tax,
            paid_by=how,
        )  # fmt: skip

    def _close(self, number):
        rows = Honorarium.objects.filter(state="approved")
        Honorarium.objects.filter(pk=self._pick(rows, number).pk).update(state="closed")

    def _reverse(self, number):
        rows = Honorarium.objects.filter(state__in=["closed", "paid"], kind="priced")
        entry = self._pick(rows.filter(corrections=None), number)
        reversal_of(entry, state=["draft", "approved", "closed"][number % 3])

    def _again(self, number):
        """A new price follows a reversal, perhaps paid in another way."""
        closed = Honorarium.objects.filter(kind="reversal", state="closed", corrections=None)
        next_price(
            self._pick(closed, number),
            1000 + 53 * number,
            state=["closed", "draft"][number % 2],
            paid_by=["bank", "cash", "gift_card", "requester"][number % 4],
        )

    def _cards(self, number):
        prepare_batch(self.city, "gift_card", PAY_DAY, by=self.who[number % 2], at=AT)

    def _bank(self, number):
        prepare_batch(self.city, "bank", PAY_DAY, self.account, by=self.who[number % 2], at=AT)

    def _cash(self, number):
        also = [self.people[0].pk] if number % 4 == 0 else []
        prepare_batch(self.city, "cash", PAY_DAY, by=self.who[number % 2], at=AT, also=also)

    def _release(self, number):
        batch = self._pick(PaymentBatch.objects.filter(state="prepared"), number)
        accept = ["recent_same", "cancelled_same", "owes"]
        release_batch(batch, by=self.who[number % 2], at=AT, accept=accept)
        assert batch.created_by != self.who[number % 2]
        left = PaymentLine.objects.filter(stands=True, payment__batch__state__in=LEFT)
        deducted = Q(honorarium__corrections__in=left.values("honorarium"))
        taken_back = Q(honorarium__corrections__kind="reversal") & ~deducted
        assert not left.filter(taken_back, payment__batch=batch).exists()

    def _cancel(self, number):
        batch = self._pick(PaymentBatch.objects.all(), number)
        cancel_batch(batch, "やり直し", by=self.who[0], at=AT, not_sent=number % 2 == 0)

    def _out(self, number):
        leave_out(self._pick(Payment.objects.all(), number), "理由", by=self.who[0], at=AT)

    def _finish(self, number):
        batch = self._pick(PaymentBatch.objects.all(), number)
        finish_batch(batch, by=self.who[0], at=[ON_PAY_DAY, LATER][number % 2])

    def _one(self, number):
        payment = self._pick(Payment.objects.all(), number)
        finish_payment(payment, date(2026, 12, 7), by=self.who[0], at=LATER)

    def _return(self, number):
        return_payment(self._pick(Payment.objects.all(), number), "相違", by=self.who[1], at=LATER)

    def _check_jobs(self):
        """Whatever is paid next for a job, all of it together is never more than its price."""
        standing = Counter()
        for line in PaymentLine.objects.filter(stands=True).select_related("honorarium"):
            standing[line.honorarium.assignment_id] += line.honorarium.total
        next_ones, ways = Counter(), defaultdict(set)
        for method in METHODS:
            for entry in payable(self.city, method):
                next_ones[entry.assignment_id] += entry.total
                ways[entry.pk].add(method)
        assert all(len(methods) == 1 for methods in ways.values())
        booked = Honorarium.objects.filter(state__in=["closed", "paid"]).exclude(
            paid_by="requester"
        )
        worth = dict(booked.values_list("assignment").annotate(Sum("total")).order_by())
        for job, yen in next_ones.items():
            if yen > 0:
                assert standing[job] + yen <= worth[job]

    def check(self):
        """What holds after every press."""
        self._check_jobs()
        standing = PaymentLine.objects.filter(stands=True)
        assert not standing.exclude(honorarium__state__in=["closed", "paid"]).exists()
        twice = standing.values("honorarium").annotate(n=Count("pk")).filter(n__gt=1)
        assert not twice.exists()
        paid = set(Honorarium.objects.filter(state="paid").values_list("pk", flat=True))
        assert paid == set(
            standing.filter(payment__state="paid").values_list("honorarium", flat=True)
        )
        sums = Payment.objects.annotate(lines_sum=Sum(F("lines__fee") + F("lines__transport")))
        assert not sums.exclude(lines_sum=F("gross")).exists()
        ended = Q(payment__state__in=["returned", "cancelled"])
        assert not standing.filter(ended).exists()
        for batch in PaymentBatch.objects.filter(method="bank", state__in=["released", "paid"]):
            sent = batch.payments.exclude(sent_to="")
            assert transfer.read(bank_file(batch)).total == sum(one.net for one in sent)
