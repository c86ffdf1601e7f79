"""実績報告の集計表: the claim as a workbook, from what was submitted or as a draft.

Sheets: 総括, 明細, 対象外, 相談件数・通訳時間, 負担割合 (joint desks), 変更履歴. Volunteers stand in it
by their register number only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from accounts.times import local
from honoraria.grants.calculation import unit_words
from honoraria.grants.content import Content, day_of
from honoraria.grants.lines import Line
from honoraria.grants.sheets import Book, Column, Sheet
from honoraria.models import PaymentBatch, Programme, ProgrammeTerms
from honoraria.tax.years import fiscal_label

SUMMARY, LINES, NOT_ELIGIBLE = "総括", "明細", "対象外"
CONSULTATIONS, SHARES, CHANGES = "相談件数・通訳時間", "負担割合", "変更履歴"
METHODS = dict(PaymentBatch.Method.choices)
_LINES = (
    Column("証拠番号"),
    Column("日付", "date"),
    Column("費目"),
    Column("支払先"),
    Column("内容"),
    Column("窓口"),
    Column("支出額（円）", "yen"),
    Column("うち交通費（円）", "yen"),
    Column("控除する消費税（円）", "yen"),
    Column("按分"),
    Column("対象額（円）", "yen"),
    Column("理由"),
    Column("備考"),
    Column("承認日", "date"),
    Column("支払日", "date"),
    Column("支払方法・受領"),
    Column("書類", "number"),
)
_WIDTHS = (9.5, 11, 12, 14, 26, 10, 12, 10, 10, 8, 12, 16, 16, 11, 11, 14, 6)
_REST = (
    Column("証拠番号"),
    Column("日付", "date"),
    Column("費目"),
    Column("支払先"),
    Column("内容"),
    Column("支出額（円）", "yen"),
    Column("対象額（円）", "yen"),
    Column("対象外の額（円）", "yen"),
    Column("理由"),
    Column("備考"),
)


def write_workbook(content: Content, file: IO[bytes]) -> None:
    """Write the workbook of a claim."""
    book = Book(file, title=content.title, mark=content.mark)
    summary = book.sheet(SUMMARY, (24, 17, 17, 17, 17))
    sums = _lines(book.sheet(LINES, _WIDTHS, landscape=True), content)
    _rest(
        book.sheet(NOT_ELIGIBLE, (10, 11, 14, 18, 36, 12, 12, 13, 18, 24), landscape=True), content
    )
    _consultations(book.sheet(CONSULTATIONS, (24, 14, 18, 18)), content)
    if content.joint:
        _shares(book.sheet(SHARES, (24, 13, 10, 13, 12, 13, 15, 15, 15), landscape=True), content)
    _changes(book.sheet(CHANGES, (11, 12, 40, 18, 14, 14, 14), landscape=True), content)
    _summary(summary, content, sums)
    book.close()


def _summary(sheet: Sheet, content: Content, sums: int) -> None:
    sheet.title(f"実績報告 {SUMMARY}")
    sheet.facts(_about(content))
    sheet.heading("計算の順序")
    steps = content.snapshot["steps"]
    numbered = [(str(number), one["text"], one["yen"]) for number, one in enumerate(steps, 1)]
    sheet.table((Column("順"), Column("計算", span=3), Column("金額（円）", "yen")), numbered)
    sheet.facts([("実績額（円）", content.grant, "yen")])
    sheet.heading("費目ごとの合計")
    columns = (Column("費目"), Column("件数", "number"), Column("支出額（円）", "yen"),
               Column("対象額（円）", "yen"), Column("対象外（円）", "yen"))  # fmt: skip
    rows = [(one.words, one.count, one.amount, one.eligible, one.ineligible)
            for one in content.categories]  # fmt: skip
    rest = content.total - content.eligible
    totals = {"支出額（円）": content.total, "対象額（円）": content.eligible, "対象外（円）": rest}
    sheet.table(columns, rows, totals)
    sheet.text("謝礼の交通費は旅費に入れています。", "soft")
    sheet.formula("明細シートの対象額（円）", f"='{LINES}'!K{sums + 1}", content.eligible)
    daily = content.snapshot["consultations"]
    sheet.heading("相談件数と通訳時間")
    sheet.facts([("相談件数（件）", daily["consultations"], "number"),
                 ("通訳時間（分）", daily["minutes"], "number")])  # fmt: skip
    if accepted := content.snapshot["accepted"]:
        sheet.heading("提出のときに確認した注意")
        remarks = [(f"{one['count']:,}件", one["text"]) for one in accepted]
        sheet.table((Column("件数"), Column("内容", span=4)), remarks)


def _about(content: Content) -> Iterator[tuple[str, Any, str]]:
    terms, about = content.terms, content.snapshot["programme"]
    yield "事業", about["name"], "text"
    year = about["fiscal_year"]
    yield "年度", f"{fiscal_label(year)}（{year}年度）", "text"
    yield "種類", str(Programme.Kind(about["kind"]).label), "text"
    yield "団体", content.programme.organization.name, "text"
    yield "方式", str(ProgrammeTerms.Method(terms["method"]).label), "text"
    yield "交付の条件", f"第{terms['number']}版", "text"
    yield "交付率", content.rate, "text"
    yield "限度額（円）", _or_missing(terms["cap"]), "yen"
    yield "交付決定額（円）", _or_missing(terms["decided_amount"]), "yen"
    yield "交付決定日", _or_missing(day_of(terms["decided_on"])), "date"
    yield "端数処理", f"{unit_words(terms['rounding_unit'])}未満切捨て", "text"
    completed = day_of(terms["completed_on"])
    yield "事業完了日", completed or "未入力（年度末とみなします）", "date"
    yield "報告の期限", content.due.words, "text"
    if terms["source"]:
        yield "根拠", terms["source"], "text"
    if claim := content.claim:
        yield "提出", f"{local(claim.submitted_at):%Y-%m-%d}　{claim.submitted_by}", "text"
        yield "備考", claim.note, "text"
        yield "内容の要約値（SHA-256）", claim.sha256, "text"
    yield "提出のあとの違い", f"{len(content.differences)}件", "text"


def _percent(text: str) -> float | None:
    return float(text) if text else None


def _or_missing(value: Any) -> Any:
    return "未入力" if value is None else value


def _lines(sheet: Sheet, content: Content) -> int:
    """Returns the row of the sums, counted from 0."""
    sheet.title("実績の明細")
    found = content.counted
    sums = {
        "支出額（円）": sum(line.amount for line in found),
        "うち交通費（円）": sum(line.transport for line in found),
        "対象額（円）": content.eligible,
    }
    return sheet.table(_LINES, map(_line, found), sums, repeat=True)


def _line(line: Line) -> tuple[Any, ...]:
    how = "・".join(part for part in (METHODS.get(line.method, ""), line.receipt) if part)
    return (
        line.number, line.on, line.category_words, line.payee, line.description, line.desk,
        line.amount, line.transport or None, line.tax_credit or None, line.share, line.eligible,
        line.reason_words, line.note, line.approved_on, line.paid_on, how,
        line.documents or None,
    )  # fmt: skip


def _rest(sheet: Sheet, content: Content) -> None:
    sheet.title("対象外の経費")
    sheet.text("対象にしなかった謝礼・経費と、按分した残りです。", "soft")
    found = [line for line in content.lines if line.amount != line.eligible]
    rows = [
        (
            line.number, line.on, line.category_words, line.payee, line.description, line.amount,
            line.eligible, line.amount - line.eligible, line.reason_words, line.note,
        )
        for line in found
    ]  # fmt: skip
    sums = {
        "支出額（円）": sum(line.amount for line in found),
        "対象額（円）": sum(line.eligible for line in found),
        "対象外の額（円）": content.total - content.eligible,
    }
    sheet.table(_REST, rows, sums, repeat=True)


def _consultations(sheet: Sheet, content: Content) -> None:
    sheet.title(CONSULTATIONS)
    daily = content.snapshot["consultations"]
    sums = {
        "相談件数（件）": daily["consultations"],
        "通訳時間（分）": daily["minutes"],
        "通訳時間（時:分）": daily["minutes"],
    }
    for first, kind, rows in (("月", "month", content.months), ("日", "date", content.days)):
        columns = (Column(first, kind), Column("相談件数（件）", "number"),
                   Column("通訳時間（分）", "number"), Column("通訳時間（時:分）", "hours"))  # fmt: skip
        sheet.heading("月ごと" if kind == "month" else "日ごと")
        sheet.table(columns, [(*row, row[2]) for row in rows], sums, repeat=kind == "date")


def _shares(sheet: Sheet, content: Content) -> None:
    sheet.title(f"共同窓口の{SHARES}")
    sheet.text(
        "外国人住民数の割合で按分しています。端数は、切り捨てた端数の大きい市町村から1円ずつ"
        "配分しています（同じときは外国人住民数の多い順）。",
        "soft",
    )
    columns = (
        Column("市町村"), Column("外国人住民数", "number"), Column("構成比（%）", "percent"),
        Column("人口", "number"), Column("人口比（%）", "percent"), Column("基準日", "date"),
        Column("対象経費（円）", "yen"), Column("交付金（円）", "yen"), Column("負担額（円）", "yen"),
    )  # fmt: skip
    found = content.snapshot["shares"]
    rows = [
        (
            one["name"], one["foreign_residents"], _percent(one["percent"]), one["population"],
            _percent(one["foreign_percent"]), day_of(one["reference_date"]), one["cost"], one["grant"],
            one["cost"] - one["grant"],
        )
        for one in found
    ]  # fmt: skip
    if not rows:
        sheet.text("構成市町村が未入力です。")
        return
    cost, grant = max(content.eligible, 0), content.grant
    residents = sum(one["foreign_residents"] for one in found)
    sums = {"外国人住民数": residents, "対象経費（円）": cost, "交付金（円）": grant,
            "負担額（円）": cost - grant}  # fmt: skip
    sheet.table(columns, rows, sums, repeat=True)


def _changes(sheet: Sheet, content: Content) -> None:
    sheet.title("提出のあとの変更履歴")
    if content.compared is None:
        sheet.text("提出した実績報告は、まだありません。")
        return
    claim = content.compared
    day = f"{local(claim.submitted_at):%Y-%m-%d}"
    sheet.text(
        f"第{claim.number}回（{day} 提出）と、このファイルを作ったときの内容との違いです。", "soft"
    )
    if not content.differences:
        sheet.text("違いはありません。")
        return
    columns = (
        Column("証拠番号"), Column("違い"), Column("内容"), Column("変わった項目"),
        Column("提出時の対象額（円）", "yen"), Column("いまの対象額（円）", "yen"),
        Column("差（円）", "yen"),
    )  # fmt: skip
    found = content.differences
    rows = [
        (one.number, one.words, one.description, one.what, one.before, one.after, one.delta)
        for one in found
    ]
    sums = {
        "提出時の対象額（円）": sum(one.before for one in found),
        "いまの対象額（円）": sum(one.after for one in found),
        "差（円）": sum(one.delta for one in found),
    }
    sheet.table(columns, rows, sums, repeat=True)
