"""What a volunteer's first page says about money: what waits for the person, and what has arrived.

An account is missing although money is approved, an account cannot be used any more, something that
was handed over waits for a signature; for two weeks, that something was paid, or that what the
person had receipted was recorded as handed back. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from babel.numbers import format_decimal
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.times import local
from dispatch.subscriptions import OwnNotice
from honoraria.models import BankAccount, Honorarium, PaidBy, Payment, PaymentBatch
from honoraria.own_words import day_of

Method, State = PaymentBatch.Method, Honorarium.State
NEWS_FOR: Final = timedelta(days=14)
"""How long a payment, or that one was taken back, is told of."""
REFUSED_FOR: Final = timedelta(days=90)
"""How long an account that was ended is asked to be replaced, when nothing is owed."""


def notices(people: Sequence[int], at: datetime) -> list[OwnNotice]:
    """The lines for a person's rows in the registers, at an instant (UTC)."""
    return [
        *_account(people, at),
        *_signatures(people),
        *_taken_back(people, at),
        *_paid(people, at),
    ]


def _account(people: Sequence[int], at: datetime) -> Iterator[OwnNotice]:
    """Each town has its own account of a person: one line for the first that lacks it."""
    rows = list(
        BankAccount.objects.filter(volunteer__in=people).values_list(
            "volunteer_id", "state", "ended_at"
        )
    )
    usable = {key for key, state, _ended in rows if state != BankAccount.State.ENDED}
    without = [key for key in people if key not in usable]
    if not without:
        return
    url = reverse("volunteer_money:account")
    ended = {key: when for key, _state, when in rows if key in without and when}
    if any(at - when < REFUSED_FOR for when in ended.values()):
        text = _("振込先口座が使えなくなりました。口座をもう一度登録してください。")
        yield OwnNotice(url, "bank", text, _("口座を登録する"))
    elif _owed(without):
        text = _("謝礼をお支払いするために、振込先口座の登録が必要です。")
        yield OwnNotice(url, "bank", text, _("口座を登録する"))


def _owed(people: Sequence[int]) -> bool:
    """Somebody has more to get by transfer than to give back, approved or closed."""
    entries = Honorarium.objects.filter(
        volunteer__in=people,
        state__in=[State.APPROVED, State.CLOSED],
        paid_by__in=[PaidBy.BANK, PaidBy.NONE],
    )
    sums = entries.order_by().values("volunteer").annotate(sum=Sum("total"))
    return any(one["sum"] > 0 for one in sums)


def _signatures(people: Sequence[int]) -> Iterator[OwnNotice]:
    waiting = Payment.objects.filter(
        volunteer__in=people,
        state=Payment.State.PAID,
        receipt_at=None,
        batch__method__in=[Method.CASH, Method.GIFT_CARD],
    )
    methods = set(waiting.order_by().values_list("batch__method", flat=True).distinct())
    if Method.CASH in methods:
        text = _("受け取った現金の確認をお願いします。")
        yield OwnNotice(reverse("volunteer_money:cash"), "honoraria", text, _("受け取った現金"))
    if Method.GIFT_CARD in methods:
        text = _("受け取ったカードの確認をお願いします。")
        yield OwnNotice(reverse("volunteer_money:gifts"), "gift", text, _("受け取ったカード"))


def _taken_back(people: Sequence[int], at: datetime) -> Iterator[OwnNotice]:
    """What the person had confirmed to have is recorded as back: only the person can contradict."""
    today = local(at).date()
    found = Payment.objects.filter(
        volunteer__in=people,
        state=Payment.State.RETURNED,
        receipt_at__isnull=False,
        returned_on__range=(today - NEWS_FOR, today),
        batch__method__in=[Method.CASH, Method.GIFT_CARD],
    )
    for one in found.select_related("batch").order_by("-returned_on", "-pk"):
        values = {"day": day_of(one.paid_on), "yen": format_decimal(one.net, locale="en")}
        if one.batch.method == Method.CASH:
            text = _(
                "%(day)sの現金%(yen)s円は、お渡ししていなかったため、受領の記録を取り消しました。"
                "受け取っている場合は、窓口へご連絡ください。"
            )
        else:
            text = _(
                "%(day)sに受け取ったカード（%(yen)s円分）は、返却されたものとして記録しました。"
                "返していない場合は、窓口へご連絡ください。"
            )
        url = reverse("volunteer_money:money")
        yield OwnNotice(url, "honoraria", text % values, _("明細を見る"), waits=False)


def _paid(people: Sequence[int], at: datetime) -> Iterator[OwnNotice]:
    today = local(at).date()
    found = Payment.objects.filter(
        volunteer__in=people,
        state=Payment.State.PAID,
        paid_on__range=(today - NEWS_FOR, today),
        batch__method__in=[Method.BANK, Method.CASH],
    )
    last = found.order_by("-paid_on", "-pk").first()
    if last is not None:
        values = {"day": day_of(last.paid_on), "yen": format_decimal(last.net, locale="en")}
        text = _("%(day)sに、謝礼%(yen)s円をお支払いしました。") % values
        url = reverse("volunteer_money:money")
        yield OwnNotice(url, "honoraria", text, _("明細を見る"), waits=False)
