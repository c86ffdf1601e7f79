"""Contents of claims that never were in a database: any lines, for properties and for sizes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from accounts.models import Organization
from honoraria.grants.calculation import Terms, apportion, grant_of
from honoraria.grants.content import Content
from honoraria.grants.lines import Line, by_category, numbered
from honoraria.grants.sharing import allocate, percent
from honoraria.models import Programme

FIRST = date(2026, 4, 1)


def line(key: int, amount: int, numerator: int, denominator: int, **more: Any) -> Line:
    """An entry of some day of the year; every third is a cost."""
    values: dict[str, Any] = {
        "kind": "cost" if key % 3 == 2 else "honorarium",
        "key": key,
        "corrects": None,
        "category": "printing" if key % 3 == 2 else "honorarium",
        "on": FIRST + timedelta(days=key % 365),
        "payee": f"登録番号{key}",
        "description": f"R8-{key} ベトナム語・同行 90分",
        "state": "approved",
        "amount": amount,
        "tax_credit": 0,
        "numerator": numerator,
        "denominator": denominator,
        "eligible": apportion(amount, numerator, denominator),
        "reason": "desk_work",
        "note": "",
        "approved_on": FIRST,
        "approved_by": "鈴木 誠",
        "paid_on": None,
        "documents": 0,
    }
    return Line(**(values | more))


def content(found: list[Line], weights: tuple[int, ...] = ()) -> Content:
    """A draft of these lines; with weights, a joint one."""
    lines = numbered(found, {})
    total, eligible = sum(one.amount for one in lines), sum(one.eligible for one in lines)
    terms = Terms(1, 2, 10_000_000, 8_000_000)
    grant = grant_of(eligible, terms)
    shares = []
    if weights:
        costs, grants = allocate(max(eligible, 0), weights), allocate(grant.yen, weights)
        shares = [
            {
                "name": f"{n}町", "foreign_residents": weight, "population": None,
                "percent": percent(weight, sum(weights)), "foreign_percent": "",
                "reference_date": "2026-01-01", "cost": costs[n], "grant": grants[n],
            }
            for n, weight in enumerate(weights)
        ]  # fmt: skip
    snapshot = {
        "programme": {"name": "交付金", "fiscal_year": 2026, "kind": "operating"},
        "terms": {
            "number": 1, "rate_numerator": 1, "rate_denominator": 2, "cap": terms.cap,
            "decided_amount": terms.decided, "decided_on": None, "rounding_unit": 1000,
            "method": "joint" if weights else "single", "completed_on": None, "source": "",
        },
        "totals": {"amount": total, "eligible": eligible, "grant": grant.yen},
        "steps": [asdict(step) for step in grant.steps],
        "categories": [asdict(one) for one in by_category(lines)],
        "shares": shares,
        "consultations": {"consultations": 0, "minutes": 0, "days": []},
        "accepted": [],
    }  # fmt: skip
    organization = Organization(pk=1, name="みなと市国際交流協会")
    programme = Programme(pk=1, organization=organization, fiscal_year=2026)
    return Content(programme, None, None, snapshot, lines, [])
