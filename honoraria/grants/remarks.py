"""What somebody must know before a claim is submitted: each remark with its count and examples.

None of them blocks; each is accepted by its code, and what was accepted stands in the snapshot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q
from django.urls import reverse

from honoraria.closing.books import closed_through
from honoraria.grants.calculation import CAP_MISSING, year_days
from honoraria.grants.claim import Picture, differences
from honoraria.grants.entries import untagged_counts
from honoraria.grants.lines import COST, HONORARIUM, Key, Line
from honoraria.models import Claim, Cost, Honorarium, PaidBy, PaymentBatch, ProgrammeTerms, Tag
from honoraria.payments.selecting import settled_by_correction

EXAMPLES = 8
TRAVEL = Cost.Category.TRAVEL.value


@dataclass(frozen=True, slots=True)
class Remark:
    """One point: a code to accept it by, words, how many, a few evidence numbers, where to act."""

    code: str
    text: str
    count: int
    numbers: tuple[str, ...] = ()
    url: str = ""

    def as_detail(self) -> dict[str, str | int]:
        """For the log and the snapshot."""
        return {"code": self.code, "count": self.count, "text": self.text}


def remarks(found: Picture, last: Claim | None) -> list[Remark]:
    """Everything to be said about the claim as it stands; ``last`` is the newest submitted one."""
    return [
        *_about_terms(found),
        *_about_the_year(found),
        *_about_lines(found),
        *_about_tickets(found),
        *_since(found, last),
    ]


def _about_terms(found: Picture) -> list[Remark]:
    terms, programme = found.terms, found.programme
    url = reverse("honoraria:programme", args=[programme.pk])
    said = []
    if terms.cap is None:
        said.append(Remark("cap_missing", f"限度額が未入力です。{CAP_MISSING}。", 1, (), url))
    if terms.decided_amount is None or terms.decided_on is None:
        text = "交付決定額または交付決定日が未入力です。"
        said.append(Remark("decision_missing", text, 1, (), url))
    joint = terms.method == ProgrammeTerms.Method.JOINT
    if joint and not found.shares:
        said.append(Remark("shares_missing", "構成市町村が未入力です。", 1, (), url))
    dates = {share.reference_date for share in found.shares}
    if len(dates) > 1:
        text = "構成市町村の基準日がそろっていません。"
        said.append(Remark("reference_dates", text, len(dates), (), url))
    return said


def _about_the_year(found: Picture) -> list[Remark]:
    programme = found.programme
    year, organization = programme.fiscal_year, programme.organization
    first, last = year_days(year)
    said = []
    honoraria, costs = untagged_counts(organization, year)
    tagging = reverse("honoraria:programme_tags", args=[programme.pk])
    if honoraria:
        text = "どの事業でも対象区分が決まっていない謝礼があります。"
        url = f"{tagging}?state=untagged"
        said.append(Remark("untagged_honoraria", text, honoraria, (), url))
    if costs:
        text = "どの事業でも対象区分が決まっていない経費があります。"
        url = f"{tagging}?kind=costs&state=untagged"
        said.append(Remark("untagged_costs", text, costs, (), url))
    days = Q(activity_date__range=(first, last), state=Honorarium.State.DRAFT)
    drafts = Honorarium.objects.of(organization).filter(days).exclude(paid_by=PaidBy.REQUESTER)
    if number := drafts.count():
        text = "承認されていない謝礼があり、実績額に入っていません。"
        said.append(Remark("draft_honoraria", text, number, (), reverse("honoraria:list")))
    waiting = Cost.objects.filter(
        organization=organization, used_on__range=(first, last), state=Cost.State.DRAFT
    )
    if number := waiting.count():
        text = "承認されていない経費があり、実績額に入っていません。"
        said.append(Remark("draft_costs", text, number, (), reverse("honoraria:costs")))
    closed = closed_through(organization)
    if closed is None or closed < last:
        text = f"{year + 1}年3月までの月締めが終わっていません。"
        said.append(Remark("months_open", text, 1, (), "/months/"))
    return said


def _about_lines(found: Picture) -> list[Remark]:
    decided = found.terms.decided_on
    counted = [line for line in found.lines if line.counts]
    reversed_ = {(line.kind, line.corrects) for line in found.lines if line.corrects}
    standing = [line for line in counted if not line.corrects and line.identity not in reversed_]
    more = _more_than_whole(found, counted)
    shares = {line.identity: (line.numerator, line.denominator) for line in found.lines}
    unpaid = _unpaid(found, standing)
    rules: list[tuple[str, str, Iterable[Line], Callable[[Line], bool]]] = [
        (
            "before_decision",
            "交付決定日より前に利用または支払をしたものを対象にしています。",
            counted,
            lambda line: (
                decided is not None
                and (line.on < decided or (line.paid_on is not None and line.paid_on < decided))
            ),
        ),
        (
            "double_funding",
            "ほかの事業と合わせて、全額を超えて対象にしています（二重の補助）。",
            counted,
            lambda line: line.identity in more,
        ),
        (
            "tax_credit",
            "消費税の仕入控除の有無が備考に書かれていません。",
            standing,
            lambda line: bool(line.consumption_tax) and not line.tax_credit and not line.note,
        ),
        ("unpaid", "支払が済んでいません。", standing, lambda line: line.identity in unpaid),
        ("no_evidence", "領収書・受領証などの証拠書類がありません。", standing, _without_evidence),
        (
            "reversal_differs",
            "取消しの行の区分が、もとの行と違います。",
            found.lines,
            lambda line: (
                line.corrects is not None
                and shares.get((line.kind, line.corrects)) != (line.numerator, line.denominator)
            ),
        ),
    ]
    said = []
    for code, text, where, applies in rules:
        hits = [line for line in where if applies(line)]
        if hits:
            said.append(_remark(code, text, hits))
    return said


def _about_tickets(found: Picture) -> list[Remark]:
    """Tickets bought from the carrier prove themselves by a cost; the same ride counts once."""
    counted = [line for line in found.lines if line.counts]
    rides = [line for line in counted if line.kind == COST and line.category == TRAVEL]
    entries = [line for line in counted if line.kind == HONORARIUM]
    said = []
    tickets = sum(line.tickets for line in entries)
    billed = sum(line.amount for line in rides)
    if tickets > billed:
        hits = [line for line in entries if line.tickets > 0]
        text = (
            f"交通機関に直接支払った切符代は謝礼に含めていません（切符代 {tickets:,}円、"
            f"対象にした旅費の経費 {billed:,}円）。請求書や領収書を経費に入力してください。"
        )
        said.append(_remark("tickets_missing", text, hits))
    days = Counter[date]()
    for line in rides:
        days[line.on] += line.amount
    paid = Counter[date]()
    for line in entries:
        paid[line.on] += line.transport
    if hits := [line for line in rides if days[line.on] > 0 and paid[line.on] > 0]:
        text = (
            "交通費を本人に支払った日に、旅費の経費も対象にしています。"
            "同じ乗車を二重に対象にしていないか、確認してください。"
        )
        said.append(_remark("tickets_twice", text, hits))
    return said


def _remark(code: str, text: str, hits: list[Line]) -> Remark:
    numbers = tuple(line.number for line in hits[:EXAMPLES] if line.number)
    return Remark(code, text, len(hits), numbers)


def _unpaid(found: Picture, standing: list[Line]) -> set[Key]:
    """What money is still to be paid for: not zero yen, and not what a correction settled."""
    waiting = {line.identity for line in standing if line.paid_on is None and line.amount}
    settled = settled_by_correction(found.programme.organization_id) if waiting else set()
    return waiting - {(HONORARIUM, key) for key in settled}


def _without_evidence(line: Line) -> bool:
    """A cost without a document; an honorarium in cash or cards without a receipt."""
    if line.kind == COST:
        return line.documents == 0
    by_hand = line.method in (PaymentBatch.Method.CASH, PaymentBatch.Method.GIFT_CARD)
    return by_hand and not line.receipt


def _more_than_whole(found: Picture, counted: list[Line]) -> set[Key]:
    """Lines of which the programmes together claim more than all."""
    programme = found.programme
    others = Tag.objects.filter(
        programme__organization_id=programme.organization_id,
        programme__fiscal_year=programme.fiscal_year,  # what is judged is of the programme's year
        numerator__gt=0,
    ).exclude(programme=programme)
    sums: Counter[Key] = Counter()
    rows = others.values_list("honorarium_id", "cost_id", "numerator", "denominator")
    for honorarium, cost, numerator, denominator in rows.iterator(chunk_size=5000):
        key = (HONORARIUM, honorarium) if honorarium else (COST, cost)
        sums[key] += Fraction(numerator, denominator)  # type: ignore[assignment]
    return {
        line.identity
        for line in counted
        if line.identity in sums
        and sums[line.identity] + Fraction(line.numerator, line.denominator) > 1
    }


def _since(found: Picture, last: Claim | None) -> list[Remark]:
    if last is None:
        return []
    changed = differences(last, found.lines)
    if not changed:
        return []
    numbers = tuple(one.number for one in changed[:EXAMPLES] if one.number)
    text = f"第{last.number}回の提出のあとに変わった行があります。"
    url = reverse("honoraria:claim", args=[last.pk])
    return [Remark("corrected_after", text, len(changed), numbers, url)]
