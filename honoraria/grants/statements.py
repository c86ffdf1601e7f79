"""共同窓口の負担額の明細: what each municipality bears, as PDF and workbook, without personal data.

The shares are those of the claim (`honoraria.grants.claim.shares_of`); nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import IO, Any

from accounts.errors import ActionError
from accounts.times import local
from honoraria.grants.content import Content, day_of
from honoraria.grants.sheets import Book, Column
from ui.paper import paper

Share = Mapping[str, Any]
NOTES = [
    "対象経費と交付金を、外国人住民数の割合で按分しています。端数は、切り捨てた端数の大きい"
    "市町村から1円ずつ配分しています（同じときは外国人住民数の多い順）。",
    "負担額は、対象経費から交付金を引いた額です。個人に関する情報は含みません。",
]


def shares_in(content: Content, place: int | None) -> list[Share]:
    """All shares, or the one at a place (from 1). Raises ActionError: no_shares, no_place."""
    found: list[Share] = list(content.snapshot["shares"])
    if not found:
        text = "共同窓口の構成市町村がないため、市町村ごとの明細を作れません。"
        raise ActionError("no_shares", text)
    if place is None:
        return found
    if not 1 <= place <= len(found):
        raise ActionError("no_place", "この市町村は、構成市町村にありません。")
    return [found[place - 1]]


def statements_pdf(content: Content, place: int | None, at: datetime) -> bytes:
    """A page (or more) for each municipality."""
    chosen = shares_in(content, place)
    everybody: list[Share] = list(content.snapshot["shares"])
    data = {
        "programme": content.title,
        "mark": content.mark,
        "organization": content.programme.organization.name,
        "made": f"{local(at):%Y-%m-%d}",
        "places": [
            {"name": one["name"], "facts": _words(one, everybody), "burden": f"{_burden(one):,}"}
            for one in chosen
        ],
        "shares": _share_table(everybody),
        "categories": _category_table(content),
        "months": _month_table(content),
        "notes": NOTES,
    }
    return paper("honoraria", "municipal_statement", data, title=f"{content.title} 負担額の明細")


def write_statements(content: Content, place: int | None, file: IO[bytes]) -> None:
    """The same figures as a workbook: a list, then a sheet for each municipality."""
    chosen = shares_in(content, place)
    everybody: list[Share] = list(content.snapshot["shares"])
    book = Book(file, title=content.title, mark=content.mark)
    _overview(book, content, everybody)
    for number, one in enumerate(chosen, 1):
        _sheet(book, content, one, everybody, _sheet_name(number, one["name"]))
    book.close()


def _overview(book: Book, content: Content, everybody: list[Share]) -> None:
    sheet = book.sheet("按分", (24, 14, 11, 12, 16, 16, 16), landscape=True)
    sheet.title("共同相談窓口　市町村ごとの按分")
    columns = (
        Column("市町村"), Column("外国人住民数（人）", "number"), Column("構成比（%）", "percent"),
        Column("基準日", "date"), Column("対象経費（円）", "yen"), Column("交付金（円）", "yen"),
        Column("負担額（円）", "yen"),
    )  # fmt: skip
    rows = [
        (one["name"], one["foreign_residents"], float(one["percent"]), day_of(one["reference_date"]),
         one["cost"], one["grant"], _burden(one))
        for one in everybody
    ]  # fmt: skip
    cost = max(content.eligible, 0)
    sums = {
        "外国人住民数（人）": sum(one["foreign_residents"] for one in everybody),
        "対象経費（円）": cost,
        "交付金（円）": content.grant,
        "負担額（円）": cost - content.grant,
    }
    sheet.table(columns, rows, sums, repeat=True)
    for note in NOTES:
        sheet.text(note, "soft")


def _sheet(book: Book, content: Content, one: Share, everybody: list[Share], name: str) -> None:
    sheet = book.sheet(name, (30, 20, 18, 18))
    sheet.title(f"{one['name']}　負担額の明細")
    sheet.facts([("事業", content.title, "text"), *_facts(one, everybody)])
    sheet.heading("費目ごとの合計（窓口全体）")
    columns = (Column("費目"), Column("支出額（円）", "yen"), Column("対象額（円）", "yen"),
               Column("対象外（円）", "yen"))  # fmt: skip
    rows = [(each.words, each.amount, each.eligible, each.ineligible)
            for each in content.categories]  # fmt: skip
    sums = {"支出額（円）": content.total, "対象額（円）": content.eligible,
            "対象外（円）": content.total - content.eligible}  # fmt: skip
    sheet.table(columns, rows, sums)
    sheet.heading("相談件数と通訳時間（窓口全体）")
    months = (Column("月", "month"), Column("相談件数（件）", "number"),
              Column("通訳時間（分）", "number"))  # fmt: skip
    daily = content.snapshot["consultations"]
    totals = {"相談件数（件）": daily["consultations"], "通訳時間（分）": daily["minutes"]}
    sheet.table(months, content.months, totals)


def _burden(one: Share) -> int:
    return int(one["cost"] - one["grant"])


def _facts(one: Share, everybody: list[Share]) -> list[tuple[str, Any, str]]:
    """Label, value and kind of everything that decides a share."""
    residents = sum(each["foreign_residents"] for each in everybody)
    facts: list[tuple[str, Any, str]] = [
        ("外国人住民数（人）", one["foreign_residents"], "number"),
        ("全体の外国人住民数（人）", residents, "number"),
        ("構成比（%）", one["percent"], "text"),
        ("基準日", day_of(one["reference_date"]), "date"),
    ]
    if one["population"] is not None:
        facts += [
            ("人口（人）", one["population"], "number"),
            ("人口に対する割合（%）", one["foreign_percent"], "text"),
        ]
    return [
        *facts,
        ("対象経費の分（円）", one["cost"], "yen"),
        ("交付金の分（円）", one["grant"], "yen"),
        ("負担額（円）", _burden(one), "yen"),
    ]


def _words(one: Share, everybody: list[Share]) -> list[list[str]]:
    return [[label, _word(value)] for label, value, _ in _facts(one, everybody)]


def _word(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _share_table(everybody: list[Share]) -> dict[str, Any]:
    rows = [
        [one["name"], f"{one['foreign_residents']:,}", one["percent"],
         str(day_of(one["reference_date"])), f"{one['cost']:,}", f"{one['grant']:,}",
         f"{_burden(one):,}"]
        for one in everybody
    ]  # fmt: skip
    sums = [
        sum(one["cost"] for one in everybody),
        sum(one["grant"] for one in everybody),
        sum(_burden(one) for one in everybody),
    ]
    residents = sum(one["foreign_residents"] for one in everybody)
    return {
        "head": ["市町村", "外国人住民数", "構成比（%）", "基準日", "対象経費（円）", "交付金（円）",
                 "負担額（円）"],
        "rows": rows,
        "foot": ["合計", f"{residents:,}", "100", "", *(f"{one:,}" for one in sums)],
    }  # fmt: skip


def _category_table(content: Content) -> dict[str, Any]:
    rest = content.total - content.eligible
    return {
        "head": ["費目", "支出額", "対象額", "対象外"],
        "rows": [
            [one.words, f"{one.amount:,}", f"{one.eligible:,}", f"{one.ineligible:,}"]
            for one in content.categories
        ],
        "foot": ["合計", f"{content.total:,}", f"{content.eligible:,}", f"{rest:,}"],
    }


def _month_table(content: Content) -> dict[str, Any]:
    daily = content.snapshot["consultations"]
    return {
        "head": ["月", "件数", "分"],
        "rows": [
            [f"{first.year}年{first.month}月", f"{count:,}", f"{minutes:,}"]
            for first, count, minutes in content.months
        ],
        "foot": ["合計", f"{daily['consultations']:,}", f"{daily['minutes']:,}"],
    }


def _sheet_name(number: int, name: str) -> str:
    """A name that a workbook takes: no letters of its own grammar, short, never twice."""
    plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in name).strip()
    return f"{number} {plain}"[:31].strip()
