"""A month of honoraria: totals, what is missing, the table, approving, correcting, exporting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import MOVED, ActionError
from accounts.models import AuditEntry, Organization
from accounts.times import local
from accounts.trying import attempt
from honoraria import actions
from honoraria.access import READERS, get_honorarium_for
from honoraria.closing import points
from honoraria.closing.books import closed_through
from honoraria.forms import CorrectForm, FindForm
from honoraria.models import Honorarium, Payment, PaymentBatch, PaymentLine
from honoraria.months import Month, Totals, entries, missing, totals
from honoraria.payments.selecting import batch_of

PER_PAGE = 100
REFUSED = 422
HELD = {"receipt": "領収書なし", "unusual": "いつもより大きい額"}


class CountedPaginator(Paginator):
    """A paginator whose count was already read with the sums."""

    def __init__(self, found: QuerySet[Honorarium], known: int) -> None:
        super().__init__(found, PER_PAGE)
        self.known = known

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.known


@require_GET
@roles(*READERS)
def list_entries(request: HttpRequest) -> HttpResponse:
    """The month with its totals, what is missing and the entries, 100 on a page."""
    membership, organization, user = acting(request)
    at = database_now()
    form = FindForm(request.GET, today=local(at).date())
    wanted = replace(form.wanted(), only=_only(request))
    found = entries(organization, wanted)
    sums = totals(found)
    page = page_of(found, sums, request.GET.get("page"))
    may_act = membership.role in MONEY
    notes = _notes(organization, page) if may_act and sums.drafts else {}
    closed = closed_through(organization)
    lacking = missing(organization, wanted.month, at)
    context = {
        "form": form,
        "wanted": wanted,
        "month": wanted.month,
        "totals": sums,
        "page": page,
        "rows": [(one, notes.get(one.pk)) for one in page.object_list],
        "only": points.ONLY.get(wanted.only, ""),
        "closed": closed is not None and wanted.month.last <= closed,
        "missing": lacking,
        "unpriced": any(one.report for one in lacking),
        "filter": urlencode(wanted.as_detail()),
        "may_act": may_act,
        "own": user.pk,
        "single_handed": actions.single_handed(organization),
        "section": "honoraria",
    }
    return render(request, "honoraria/list.html", context)


def page_of(found: QuerySet[Honorarium], sums: Totals, number: str | None) -> Page[Honorarium]:
    """One page of the table, with what its rows show, in one statement."""
    rows = found.select_related(
        "volunteer", "report", "assignment__request", "tariff_version__tariff"
    ).defer("derivation", "tariff_version__rules")
    page = CountedPaginator(rows, sums.count).get_page(number)
    page.object_list = list(page.object_list)
    return page


def _notes(organization: Organization, page: Page[Honorarium]) -> dict[int, list[str]]:
    """Why drafts of the page are held back at first: key → words."""
    drafts = [one.pk for one in page.object_list if one.state == Honorarium.State.DRAFT]
    found = points.exceptions(Honorarium.objects.filter(pk__in=drafts), organization)
    return {key: [HELD[code] for code in codes] for key, codes in found.items()}


@require_GET
@roles(*READERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its derivation step by step and what happened to it."""
    return _show(request, pk, CorrectForm(), 200)


def _show(request: HttpRequest, pk: int, form: CorrectForm, status: int) -> HttpResponse:
    membership, organization, user = acting(request)
    entry = get_honorarium_for(membership, pk)
    alone = actions.refusal(entry, user)
    context = {
        "entry": entry,
        "report": entry.report,
        "booking": entry.assignment.request,
        "correction": entry.corrections.first(),
        "month": Month.of(entry.booked_on),
        "payment": _payment(entry),
        "log": _log(entry),
        "form": form,
        "may_act": membership.role in MONEY,
        "refusal": "" if actions.single_handed(organization) else alone,
        "section": "honoraria",
    }
    return render(request, "honoraria/detail.html", context, status=status)


def _payment(entry: Honorarium) -> Payment | None:
    """The payment that the entry is in, if it stands."""
    lines = PaymentLine.objects.filter(honorarium=entry, stands=True)
    line = lines.select_related("payment__batch").first()
    return line.payment if line else None


def _log(entry: Honorarium) -> list[tuple[AuditEntry, str]]:
    """What happened to one entry, in words."""
    found = AuditEntry.objects.about(entry.key).filter(organization_id=entry.organization_id)
    return [(line, audit.verb_in_words(line.verb)) for line in found.order_by("id")]


@require_POST
@roles(*MONEY)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve one entry at the amount that was shown."""
    membership, _, user = acting(request)
    entry = get_honorarium_for(membership, pk)
    return _do(
        request,
        pk,
        lambda: actions.approve(entry, by=user, at=database_now(), seen_total=_seen(request)),
        "承認しました。",
    )


@require_POST
@roles(*MONEY)
def unapprove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approval back."""
    membership, _, user = acting(request)
    entry = get_honorarium_for(membership, pk)
    return _do(
        request,
        pk,
        lambda: actions.unapprove(entry, by=user, at=database_now()),
        "承認を取り消しました。",
    )


@require_POST
@roles(*MONEY)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a drafted entry of a booking that was called off."""
    membership, _, user = acting(request)
    entry = get_honorarium_for(membership, pk)
    try:
        actions.remove_cancelled(entry, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:detail", pk)
    messages.success(request, "取り下げました。")
    return _back(Month.of(entry.booked_on))


@require_POST
@roles(*MONEY)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Reverse an approved entry, with a reason."""
    membership, _, user = acting(request)
    entry = get_honorarium_for(membership, pk)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form, REFUSED)
    try:
        reversal = actions.correct(entry, form.cleaned_data["reason"], by=user, at=database_now())
    except ActionError as error:
        form.add_error(error.field or None, error.text)
        return _show(request, pk, form, error.status)
    messages.success(
        request,
        "取消しの行を作りました。承認すると有効になります。正しい額は、活動報告を差し戻して直すか、"
        "「計算する」で作り直してください。",
    )
    if (batch := batch_of(entry)) is not None:
        messages.warning(request, _about_to_be_paid(batch))
    return redirect("honoraria:detail", reversal.pk)


def _about_to_be_paid(batch: PaymentBatch) -> str:
    """What somebody who takes an entry back has to know of the payment it is in."""
    day = f"{batch.value_date.month}月{batch.value_date.day}日"
    if batch.state == PaymentBatch.State.RELEASED and batch.method == PaymentBatch.Method.BANK:
        return (
            f"この謝礼は、{day}の承認済みの振込に入っています。銀行で止めないかぎり振り込まれ、"
            "次の支払で差し引きます。"
        )
    return f"この謝礼は、{day}の支払に入っています。その支払から、この人を外してください。"


def _do(request: HttpRequest, pk: int, action: Callable[[], object], done: str) -> HttpResponse:
    attempt(request, action, done)
    return redirect("honoraria:detail", pk)


@require_POST
@roles(*MONEY)
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the drafts shown on the page, or the whole month, except those held back."""
    _, organization, user = acting(request)
    month = _month(request)
    whole = request.POST.get("scope") == "month"
    shown = None if whole else _keys(request, "shown")
    hold = _keys(request, "hold")
    try:
        done = actions.approve_all(
            organization, month, by=user, at=database_now(), only=shown, hold=hold
        )
    except ActionError as error:
        messages.error(request, error.text)
        return _back(month)
    _say(request, done, len(hold))
    return _back(month)


def _say(request: HttpRequest, done: actions.Approved, held: int) -> None:
    """What a bulk approval did and what it left."""
    if done.count:
        messages.success(request, f"{done.count:,}件、{done.total:,}円を承認しました。")
    if held:
        messages.info(request, f"{held}件は保留にしました。")
    if done.exceptions:
        messages.warning(
            request,
            f"{len(done.exceptions)}件は、領収書がない、または額がいつもより大きいため、"
            "保留にしました。1件ずつご確認ください。",
        )
    if done.same_person:
        messages.warning(
            request,
            f"{len(done.same_person)}件は、自分が確認・記録したもの、または自分が受け取るもののため、"
            "承認できません。",
        )
    if not (done.count or done.same_person or done.exceptions):
        messages.info(request, "承認待ちの謝礼はありませんでした。")


@require_POST
@roles(*MONEY)
def price_missing(request: HttpRequest) -> HttpResponse:
    """Price every confirmed report of the month that has no entry yet."""
    _, organization, user = acting(request)
    month = _month(request)
    made, left = actions.draft_missing(organization, month, user, database_now())
    if made:
        closed = closed_through(organization)
        later = closed is not None and month.last <= closed
        where = "締め済みの月のため、次の開いている月に計上しました。" if later else ""
        messages.success(request, f"{made}件を計算しました。{where}")
    if left:
        messages.warning(request, f"{left}件は計算できませんでした。理由をご確認ください。")
    return _back(month)


def _only(request: HttpRequest) -> str:
    code = request.GET.get("only", "")
    return code if code in points.ONLY else ""


def _month(request: HttpRequest) -> Month:
    try:
        return Month.parse(request.POST.get("month", ""))
    except ValueError as error:
        raise Http404 from error


def _back(month: Month) -> HttpResponse:
    return redirect(f"{reverse('honoraria:list')}?month={month}")


def _seen(request: HttpRequest) -> int:
    """The yen that were on the screen. Raises ActionError: changed_meanwhile, they are not known."""
    seen = _whole(request.POST.get("seen_total", ""))
    if seen is None:
        raise ActionError("changed_meanwhile", MOVED)
    return seen


def _keys(request: HttpRequest, name: str) -> set[int]:
    found = {_whole(text) for text in request.POST.getlist(name)}
    return {number for number in found if number is not None and number > 0}


def _whole(text: str) -> int | None:
    """A number of the page, also negative; None for anything else."""
    digits = text.removeprefix("-")
    usable = digits.isascii() and digits.isdigit() and len(digits) < 19
    return int(text) if usable else None
