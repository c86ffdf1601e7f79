"""Is a month ready to be closed: what still blocks it, and what only needs somebody's consent.

Every point says how many there are, where they are solved and who must act. Other rooms add theirs
to ``checks`` (in `honoraria.apps`); a point that blocks cannot be consented to. Reads only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q
from django.urls import reverse

from accounts.models import Organization
from accounts.times import local
from honoraria.charges.pricing import unrecorded_cancellations
from honoraria.closing import points
from honoraria.closing.books import closed_through
from honoraria.closing.counting import Counted, counted
from honoraria.models import Charge, Honorarium
from honoraria.months import Month
from interpreting.models import Report


@dataclass(frozen=True, slots=True)
class Check:
    """One point: ``code`` is stable; ``who`` must act at ``url``."""

    code: str
    text: str
    blocks: bool
    count: int = 1
    url: str = ""
    who: str = ""

    @property
    def consent(self) -> str:
        """What the page sends back for it: code and count, so that more than was seen is asked."""
        return f"{self.code}:{self.count}"


Checker = Callable[[Organization, Month, datetime], list[Check]]

# (organization, month, at in UTC): points of the other rooms
checks: list[Checker] = []


def checklist(
    organization: Organization, month: Month, at: datetime, entries: Counted | None = None
) -> list[Check]:
    """Every point of the month that is open ``at`` (UTC), those that block first.

    ``entries``: what was counted of the month already.
    """
    entries = entries or counted(organization, month)
    found = [*_order(organization, month, at), *_entries(month, entries)]
    found += [*_reports(organization, month, at), *_doubts(month, entries)]
    for check in checks:
        found += check(organization, month, at)
    return sorted((one for one in found if one.count), key=lambda one: not one.blocks)


def first_open(organization: Organization) -> Month | None:
    """The month that is closed next: after the last closed one, or the first that has anything.

    An entry, or a report since the first tariff: one that was never priced is not passed over.
    """
    closed = closed_through(organization)
    if closed is not None:
        return Month.of(closed).after
    booked: date | None = Honorarium.objects.of(organization).aggregate(day=Min("booked_on"))["day"]
    begin = None if booked is None else Month.of(booked).first
    first = points.first_reported(organization, begin) or booked
    return Month.of(first) if first else None


def _order(organization: Organization, month: Month, at: datetime) -> Iterator[Check]:
    if local(at).date() <= month.last:
        day = month.after.first
        text = f"この月はまだ終わっていません（{day.month}月{day.day}日から締められます）"
        yield Check("not_over", text, True)
    first = first_open(organization)
    if first is not None and first.first < month.first:
        count = (month.year - first.year) * 12 + month.number - first.number
        text = f"前の月が締まっていません（{first.words}から順に締めます）"
        yield Check("earlier_open", text, True, count, _month(first), "経理")


def _entries(month: Month, entries: Counted) -> Iterator[Check]:
    url = f"{reverse('honoraria:list')}?month={month}&state=draft"
    yield Check("drafts", "承認されていない謝礼", True, entries.drafts, url, "経理")
    text = "承認されていない訂正（取消し）"
    yield Check("reversals", text, True, entries.reversals, url, "経理")


def _reports(organization: Organization, month: Month, at: datetime) -> Iterator[Check]:
    reports = points.reports_between(organization, month.first, month.last)
    waiting, returned = Report.State.SUBMITTED, Report.State.RETURNED
    states = reports.filter(state__in=[waiting, returned]).aggregate(
        waiting=Count("pk", filter=Q(state=waiting)),
        returned=Count("pk", filter=Q(state=returned)),
    )
    tab, entries = f"{reverse('reports:list')}?tab=", f"{reverse('honoraria:list')}?month={month}"
    text, who = "確認待ちの活動報告", "コーディネーター"
    url = f"{tab}waiting&month={month}"
    yield Check("waiting", text, True, states["waiting"], url, who)
    text, who = "差戻し中の活動報告", "ボランティア（職員の代理入力も可）"
    url = f"{tab}returned&month={month}"
    yield Check("returned", text, True, states["returned"], url, who)
    unpriced = points.never_priced(reports).count()
    text = "謝礼を計算できていない活動報告"
    yield Check("unpriced", text, True, unpriced, entries, "経理")
    absent = points.absent(organization, month.first, month.last, at).count()
    text = "活動報告が未提出の派遣（締めた後に出たものは、次の開いている月に計上します）"
    yield Check("missing", text, False, absent, f"{tab}missing&month={month}", "ボランティア")
    called_off = unrecorded_cancellations(organization, month.first, month.last)
    off = f"{reverse('honoraria:charges')}?month={month}#off"
    text = "取り消された派遣の謝礼で、計上していないもの"
    yield Check("cancelled", text, False, called_off, off, "経理")
    charges = Charge.objects.of(organization).between(month.first, month.last).drafts().count()
    text = "請求済みにしていない料金（締めると、次の月に計上します）"
    yield Check(
        "charges", text, False, charges, f"{reverse('honoraria:charges')}?month={month}", "経理"
    )
    yield from _late(organization, month, tab)


def _late(organization: Organization, month: Month, tab: str) -> Iterator[Check]:
    """Reports of closed months that somebody still has to finish: they will come into this one."""
    closed = closed_through(organization)
    if closed is None or Month.of(closed).after != month:
        return
    begin, _ = month.instants()
    before = Report.objects.of(organization).filter(started_at__lt=begin)
    late = before.filter(state__in=[Report.State.SUBMITTED, Report.State.RETURNED])
    text = "締めた月の活動報告で、確認待ち・差戻し中のもの"
    yield Check("late", text, False, late.count(), f"{tab}waiting", "コーディネーター")
    bare = points.never_priced(points.since_tariffs(before, organization))
    days = list(bare.values_list("started_at", flat=True))
    earliest = Month.of(local(min(days)).date()) if days else month
    url = f"{reverse('honoraria:list')}?month={earliest}"
    text = "締めた月の活動報告で、謝礼を計算できていないもの"
    yield Check("late_unpriced", text, False, len(days), url, "経理")


def _doubts(month: Month, entries: Counted) -> Iterator[Check]:
    url = f"{reverse('honoraria:list')}?month={month}&only="
    texts = {
        "receipt": ("領収書が必要な交通費で、画像がないもの", "ボランティア"),
        "single_handed": ("活動報告の確認と謝礼の承認が同じ人のもの", "経理"),
        "taken_back": ("取り消したまま、計算し直していない謝礼", "経理"),
        "unusual": ("謝礼が、その基準のいつもの額の3倍を超えるもの", "経理"),
    }
    for code, (text, who) in texts.items():
        yield Check(code, text, False, entries.doubts[code], f"{url}{code}", who)


def _month(month: Month) -> str:
    return reverse("honoraria:month", args=[str(month)])
