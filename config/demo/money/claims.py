"""The demo city's grant: a programme whose ceiling nobody has looked up yet, costs with invoices.

The closed months are judged as suggested, the last one is not; a second programme shows how a joint
desk shares its costs.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from accounts.models import Organization, Role, User
from accounts.times import instant, local
from config.demo.money import days
from dispatch.models import Desk
from honoraria.figures.actions import set_budget
from honoraria.grants.actions import (
    Share,
    add_terms,
    approve_cost,
    create_programme,
    enter_consultations,
    enter_cost,
    set_municipalities,
    tag,
)
from honoraria.grants.actions.costs import CostValues
from honoraria.grants.actions.programmes import Place
from honoraria.grants.documents import prepare as prepare_document
from honoraria.grants.entries import costs_of_year, honoraria_of_year
from honoraria.grants.operators import invoices
from honoraria.grants.suggestions import grouped, suggest_honoraria
from honoraria.models import Cost, Programme, ProgrammeTerms, Tag
from honoraria.months import Month
from honoraria.tax.years import fiscal_year
from ui.paper import paper

Category = Cost.Category
BUDGET = 1_200_000
"""Yen for the fiscal year."""
NAME, JOINT = "一元的相談窓口の運営（デモ）", "3市の共同窓口（デモ・試算）"
SOURCE = "架空の交付決定通知（デモ）"


class Bill(NamedTuple):
    """An invented invoice; ``approved``: the administrator has looked at it."""

    category: str
    description: str
    vendor: str
    amount: int
    approved: bool = True


BILLS = (
    Bill(Category.EQUIPMENT, "翻訳機 2台", "みどり電器（デモ）", 59_400),
    Bill(Category.PRINTING, "窓口案内ちらし 7言語 3,000部", "あかね印刷（デモ）", 88_000),
    Bill(Category.SUPPLIES, "国際交流まつりの記念品", "たかお堂（デモ）", 33_000),
    Bill(
        Category.TRAINING, "通訳ボランティア研修 会場費", "市民会館（デモ）", 22_000, approved=False
    ),
    # the joint desk's, whether or not an operator was called in the month
    Bill(Category.COMMISSION, "共同窓口の電話通訳 基本料", "電話通訳センター（デモ）", 110_000),
)
PLACES = (("八王子市", 16_800, 577_000), ("日野市", 4_100, 189_000), ("多摩市", 3_600, 147_000))


def prepare(
    city: Organization, last: Month, over: list[Month], staff: dict[str, User], at: datetime
) -> None:
    """The programmes of the fiscal year that was paid last; judged are the months ``over``."""
    year = fiscal_year((over or [last])[-1].first)
    began = date(year, 4, 1)
    for name, kind in ((NAME, Programme.Kind.OPERATING), (JOINT, Programme.Kind.OTHER)):
        create_programme(
            city, fiscal_year=year, kind=kind, name=name, by=staff[Role.ACCOUNTANT],
            at=instant(began, 9 * 60),
        )  # fmt: skip
    own, joint = (Programme.objects.get(organization=city, name=name) for name in (NAME, JOINT))
    decided_at = instant(began, 10 * 60)
    terms = _terms(began, ProgrammeTerms.Method.SINGLE)
    add_terms(own, terms, by=staff[Role.ACCOUNTANT], at=decided_at)
    shared = _terms(began, ProgrammeTerms.Method.JOINT) | {"cap": 10_000_000}
    add_terms(joint, shared, by=staff[Role.ACCOUNTANT], at=decided_at)
    places = [Place(name, foreign, people, date(year, 1, 1)) for name, foreign, people in PLACES]
    set_municipalities(joint, places, by=staff[Role.ACCOUNTANT], at=decided_at)
    for month in over[-1:]:
        _costs(city, own, month, staff)
    _judge(own, over, staff[Role.ACCOUNTANT], at)
    _judge_costs(own, joint, staff[Role.ACCOUNTANT], at)
    set_budget(city, year, BUDGET, by=staff[Role.ADMIN], at=decided_at)
    _consultations(city, last, staff[Role.COORDINATOR], at)


def _terms(began: date, method: str) -> dict[str, Any]:
    """The ceiling stays empty: somebody has to look it up."""
    return {
        "rate_numerator": 1,
        "rate_denominator": 2,
        "cap": None,
        "decided_amount": 5_000_000,
        "decided_on": began,
        "rounding_unit": 1000,
        "method": method,
        "completed_on": None,
        "source": SOURCE,
    }


def _costs(city: Organization, programme: Programme, month: Month, staff: dict[str, User]) -> None:
    """The bills of a month with their papers, and what the operators ask for."""
    at = days.on(month, 20)
    for place, bill in enumerate(BILLS):
        used_on = month.first.replace(day=6 + place * 3)
        values = CostValues(
            category=bill.category,
            description=bill.description,
            vendor=bill.vendor,
            used_on=used_on,
            paid_on=local(at).date() if bill.approved else None,
            amount=bill.amount,
            consumption_tax=bill.amount // 11,
        )
        papers = [prepare_document(f"請求書-{place + 1}.pdf", _invoice(city, values))]
        cost = enter_cost(city, values, papers, by=staff[Role.ACCOUNTANT], at=at)
        if bill.approved:
            approve_cost(cost, by=staff[Role.ADMIN], at=at)
    for found in invoices(city, month):
        if found.yen:
            values = CostValues(
                category=Category.COMMISSION, description=found.description, vendor=found.name,
                used_on=found.used_on, paid_on=local(at).date(), amount=found.yen,
            )  # fmt: skip
            cost = enter_cost(city, values, by=staff[Role.ACCOUNTANT], at=at)
            approve_cost(cost, by=staff[Role.ADMIN], at=at)


def _invoice(city: Organization, values: CostValues) -> bytes:
    day = values.used_on
    data = {
        "organization": city.name,
        "day": f"{day.year}年{day.month}月{day.day}日",
        "vendor": values.vendor,
        "description": values.description,
        "amount": f"{values.amount:,}",
        "tax": f"{values.consumption_tax:,}",
    }
    return paper("config", "demo_invoice", data, title=f"請求書 {values.description}")


def _judge(programme: Programme, over: list[Month], by: User, at: datetime) -> None:
    """Entries of the closed months as the software suggests; costs are left to whoever tries it."""
    if not over:
        return
    entries = honoraria_of_year(programme.organization, programme.fiscal_year)
    rows = entries.filter(activity_date__lte=over[-1].last).select_related(
        "report__assignment__request"
    )
    found = suggest_honoraria(programme, rows, date(programme.fiscal_year, 4, 1))
    for share, keys in grouped(found).items():
        tag(programme, share, honoraria=keys, by=by, at=min(days.on(over[-1], 26), at))


def _judge_costs(own: Programme, joint: Programme, by: User, at: datetime) -> None:
    """The device is the desk's, the operators are the joint desk's; the rest is left undecided."""
    costs = costs_of_year(own.organization, own.fiscal_year)
    whole = Share(1, 1, Tag.Reason.DESK_WORK)
    for programme, category in ((own, Category.EQUIPMENT), (joint, Category.COMMISSION)):
        keys = costs.filter(category=category).values_list("pk", flat=True)
        tag(programme, whole, costs=list(keys), by=by, at=at)


def _consultations(city: Organization, month: Month, by: User, at: datetime) -> None:
    """What the first desk counted itself on the Tuesdays and Fridays of a month."""
    desk = Desk.objects.filter(organization=city).order_by("pk").first()
    counts = {
        month.first.replace(day=day): 3 + day % 4
        for day in range(1, month.last.day + 1)
        if month.first.replace(day=day).weekday() in {1, 4}
    }
    enter_consultations(city, desk, counts, by=by, at=at)
