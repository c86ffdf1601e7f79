"""A claim: what is claimed now, the snapshot that a submission freezes, and what differs since.

One picture is what every screen, file and submission shows, so that they agree to the yen. A
snapshot is canonical JSON with its hash; live lines are held against it line by line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from honoraria.grants.calculation import Due, Grant, Terms, grant_of, report_due
from honoraria.grants.consultations import Daily, totals_of_year
from honoraria.grants.lines import CategoryTotal, Key, Line, by_category, lines
from honoraria.grants.sharing import allocate, percent
from honoraria.models import Claim, Programme, ProgrammeTerms

FORMAT = 1
COMPARED = {
    "on": "日付",
    "category": "費目",
    "amount": "金額",
    "eligible": "対象額",
    "reason": "理由",
    "note": "備考",
}


@dataclass(frozen=True, slots=True)
class ShareOf:
    """What one municipality of a joint desk bears; yen, percent as text. No personal data."""

    name: str
    foreign_residents: int
    percent: str
    population: int | None
    foreign_percent: str
    reference_date: date
    cost: int
    grant: int

    @property
    def burden(self) -> int:
        """What is left for the municipality."""
        return self.cost - self.grant


@dataclass(frozen=True)
class Picture:
    """What would be claimed now."""

    programme: Programme
    terms: ProgrammeTerms
    lines: list[Line]

    @cached_property
    def categories(self) -> list[CategoryTotal]:
        """Totals by category."""
        return by_category(self.lines)

    @cached_property
    def total(self) -> int:
        """Yen of everything that was judged."""
        return sum(line.amount for line in self.lines)

    @cached_property
    def eligible(self) -> int:
        """Yen that count."""
        return sum(line.eligible for line in self.lines)

    @property
    def ineligible(self) -> int:
        """Yen that do not count."""
        return self.total - self.eligible

    @cached_property
    def grant(self) -> Grant:
        """The grant with its steps."""
        return grant_of(self.eligible, rule_of(self.terms))

    @cached_property
    def shares(self) -> list[ShareOf]:
        """The shares of a joint desk; empty for a single one."""
        joint = self.terms.method == ProgrammeTerms.Method.JOINT
        return shares_of(self.programme, self.eligible, self.grant.yen) if joint else []

    @property
    def due(self) -> Due:
        """By when the report must be there; without a day of completion, the year's last day."""
        return report_due(self.terms.completed_on, self.programme.fiscal_year)


def picture(programme: Programme) -> Picture:
    """The claim as it stands, in a constant number of statements."""
    terms = programme.terms.first()
    if terms is None:
        raise ProgrammeTerms.DoesNotExist
    return Picture(programme, terms, lines(programme))


def rule_of(terms: ProgrammeTerms) -> Terms:
    """The terms as the calculation takes them."""
    return Terms(
        terms.rate_numerator,
        terms.rate_denominator,
        terms.cap,
        terms.decided_amount,
        terms.rounding_unit,
    )


def shares_of(programme: Programme, cost: int, grant: int) -> list[ShareOf]:
    """Eligible costs and grant shared by foreign residents; empty while nobody is entered."""
    places = list(programme.municipalities.all())
    weights = [place.foreign_residents for place in places]
    if not any(weights):
        return []
    costs, grants = allocate(max(cost, 0), weights), allocate(grant, weights)
    return [
        ShareOf(
            place.name,
            place.foreign_residents,
            percent(place.foreign_residents, sum(weights)),
            place.population,
            percent(place.foreign_residents, place.population or 0),
            place.reference_date,
            costs[i],
            grants[i],
        )
        for i, place in enumerate(places)
    ]


def snapshot_of(
    found: Picture, accepted: Iterable[Mapping[str, Any]], at: datetime
) -> dict[str, Any]:
    """Everything that is claimed, as JSON without personal data of volunteers."""
    terms = {
        field.name: getattr(found.terms, field.name)
        for field in ProgrammeTerms._meta.concrete_fields
        if field.name not in ("id", "programme", "created_at", "created_by")
    }
    daily: Daily = totals_of_year(found.programme.organization_id, found.programme.fiscal_year)
    whole = {
        "format": FORMAT,
        "programme": {
            "name": found.programme.name,
            "fiscal_year": found.programme.fiscal_year,
            "kind": found.programme.kind,
        },
        "terms": terms,
        "made_at": at.isoformat(),
        "totals": {"amount": found.total, "eligible": found.eligible, "grant": found.grant.yen},
        "steps": [asdict(step) for step in found.grant.steps],
        "categories": [asdict(one) for one in found.categories],
        "shares": [asdict(one) for one in found.shares],
        "consultations": asdict(daily),
        "accepted": list(accepted),
        "lines": [_frozen(line) for line in found.lines],
    }
    plain: dict[str, Any] = json.loads(canonical(whole))
    return plain


def _frozen(line: Line) -> dict[str, Any]:
    return line._asdict() | {"reason_words": line.reason_words}


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """The one way a snapshot is written: sorted keys, no spaces, days as ISO."""
    text = json.dumps(
        snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso
    )
    return text.encode()


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def intact(claim: Claim) -> bool:
    """The snapshot is the one that was submitted."""
    return digest(claim.snapshot) == claim.sha256


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a snapshot")


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a line since the claim: added, changed or gone; yen that count."""

    code: str
    number: str
    kind: str
    key: int
    description: str
    before: int
    after: int
    what: str

    @property
    def words(self) -> str:
        """The code in words."""
        return {"added": "追加", "changed": "変更", "gone": "なくなった"}[self.code]

    @property
    def delta(self) -> int:
        """Yen more (or less) than what was submitted."""
        return self.after - self.before


def differences(claim: Claim, live: Iterable[Line]) -> list[Difference]:
    """Live lines held against the snapshot, in the order of the lines."""
    was: dict[Key, dict[str, Any]] = {
        (row["kind"], row["key"]): row for row in claim.snapshot["lines"]
    }
    found = [_difference(was.pop(line.identity, None), line) for line in live]
    gone = [
        Difference(
            "gone", row["number"], row["kind"], row["key"], row["description"],
            row["eligible"], 0, "",
        )
        for row in was.values()
    ]  # fmt: skip
    return [one for one in found if one is not None] + gone


def _difference(row: Mapping[str, Any] | None, line: Line) -> Difference | None:
    about = (line.number, line.kind, line.key, line.description)
    if row is None:
        return Difference("added", *about, 0, line.eligible, "")
    now = json.loads(canonical({name: getattr(line, name) for name in COMPARED}))
    changed = [words for name, words in COMPARED.items() if now[name] != row[name]]
    if not changed:
        return None
    return Difference("changed", *about, row["eligible"], line.eligible, "・".join(changed))
