"""Every worked example about tax, payment records, form 309 and the two years of money."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from honoraria.tax import form309, payment_records, rates, years
from honoraria.tax.payment_records import Part, sums_of
from honoraria.tax.remittance import due_date
from honoraria.tax.withholding import TaxLine, base_of, gross_up, withhold

EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "data" / "money_examples.json").read_text(encoding="utf-8")
)["examples"]
ON = date(2026, 11, 20)
Given = dict[str, Any]


def day(text: str) -> date:
    return date.fromisoformat(text)


def taken(taxable: int, paid: int, residency: str = "resident") -> Given:
    """The amounts an example names, for ``paid`` yen of which ``taxable`` are taxed."""
    found = withhold(taxable, ON, residency=residency)
    return {"taxable": taxable, "withheld": found.tax, "net": paid - found.tax}


def resident(given: Given) -> Given:
    return taken(given["taxable"], given["taxable"])


def base(given: Given) -> Given:
    if "fee_ex_tax" in given:
        one = TaxLine(
            given["fee_ex_tax"], consumption_tax=given["tax"], separated=given["separated"]
        )
        return taken(base_of([one], False), given["fee_ex_tax"] + given["tax"])
    to_person = given["transport_paid_to"] == "person"
    one = TaxLine(given["fee"], given["transport"], transport_to=given["transport_paid_to"])
    return taken(base_of([one], False), given["fee"] + (given["transport"] if to_person else 0))


def sign_language(given: Given) -> Given:
    return taken(base_of([TaxLine(given["fee"], tax="sign_language")], False), given["fee"])


def nonresident(given: Given) -> Given:
    return taken(given["taxable"], given["taxable"], "nonresident")


def grossup(given: Given) -> Given:
    found = gross_up(given["net"], ON, "resident")
    return {"gross": found.gross, "withheld": found.withheld.tax, "net": found.net}


def per_payment(given: Given) -> Given:
    fees = given["fees"]
    apart = sum(withhold(fee, ON, residency="resident").tax for fee in fees)
    return taken(base_of(map(TaxLine, fees), False), sum(fees)) | {"wrong_per_case_sum": apart}


def rate_on_date(given: Given) -> Given:
    found = [rates.rates_on(day(one)) for one in given["dates"]]
    by_code = [{part.code: part.lower for part in one.components} for one in found]
    codes = ("income_tax", "reconstruction", "defence")
    return {
        "rate": [f"{one.lower / rates.SCALE:.4f}" for one in found],
        "components": [
            [f"{part.get(code, 0) / rates.SCALE:.4f}" for code in codes] for part in by_code
        ],
    }


def remit_due(given: Given) -> Given:
    due = due_date(day(given["paid_on"]))
    return {"due": due.isoformat(), "weekday": due.strftime("%a")}


def required(given: Given) -> Given:
    residency = "resident" if given["resident"] else "nonresident"
    return {
        "must_file": payment_records.must_file(given["year_total"], residency),
        "form": payment_records.form_name(residency),
    }


def year(given: Given) -> Given:
    tax = withhold(given["amount"], day(given["paid_on"]), residency="resident").tax
    part = Part(given["amount"], tax, day(given["confirmed_on"]), day(given["paid_on"]))
    number = years.tax_year(part.decided_on)
    found = sums_of([part], number, day(given["prepared_on"]))
    return {
        "year": number,
        "支払金額": found.amount,
        "内書き未払金額": found.unpaid,
        "源泉徴収税額": found.withheld,
        "内書き未徴収税額": found.unwithheld,
    }


def deadline(given: Given) -> Given:
    return {"due": payment_records.filing_due(given["year"]).isoformat()}


def etax(given: Given) -> Given:
    on = day(given["submit_from"])
    found = [payment_records.must_file_electronically(on, one) for one in given["base_year_sheets"]]
    return {"must_electronic": found}


def form(given: Given) -> Given:
    number = given["year"]
    parts = [
        Part(one["fee"], withhold(one["fee"], ON, residency="resident").tax, ON, ON)
        for one in given["payments"]
    ]
    sums = sums_of(parts, number, date(number + 1, 1, 15))
    payee = given["payee"]
    kinds = {payment_records.Kind.INTERPRETING: sums}
    entry = form309.Entry(payee["name"], payee["name"], payee["address"], kinds)
    text = form309.line(form309.Payer(**given["payer"]), entry, number)
    made = form309.encode(text)
    return {
        "columns": len(text.split(",")),
        "line": text,
        "bytes_sjis": len(made),
        "sha256_sjis": hashlib.sha256(made).hexdigest(),
        "amount": sums.amount,
        "withheld": sums.withheld,
    }


def calendar(given: Given) -> Given:
    on = day(given["date"])
    return {
        "fiscal_year": years.fiscal_year(on),
        "fiscal_label": years.fiscal_label(years.fiscal_year(on)),
        "wareki": years.wareki(on),
        "tax_year": years.tax_year(on),
    }


def fiscal_assignment(given: Given) -> Given:
    # decided when March was closed, in April of the same calendar year
    return {
        "fiscal_year": years.fiscal_year(day(given["activity"])),
        "tax_year_confirmed": years.tax_year(day(given["paid"])),
    }


RULES: dict[str, Callable[[Given], Given]] = {
    "withholding.resident": resident,
    "withholding.base": base,
    "withholding.sign_language": sign_language,
    "withholding.nonresident": nonresident,
    "withholding.grossup": grossup,
    "withholding.per_payment": per_payment,
    "withholding.rate_on_date": rate_on_date,
    "withholding.remit_due": remit_due,
    "payment_record.required": required,
    "payment_record.year": year,
    "payment_record.deadline": deadline,
    "payment_record.etax_mandate": etax,
    "form309.row": form,
    "export.calendar": calendar,
    "export.fiscal_assignment": fiscal_assignment,
}
MINE = [one for one in EXAMPLES if one["fn"].startswith(("withholding.", "payment_record.", "form309."))
        or one["fn"] in RULES]  # fmt: skip


@pytest.mark.parametrize("example", MINE, ids=lambda one: f"{one['id']} {one['title']}")
def test_the_worked_example_comes_out(example: Given) -> None:
    found = RULES[example["fn"]](example["input"])
    if example["fn"] == "withholding.rate_on_date":
        # "0" and "0.0000" are the same rate
        expected = [[f"{float(x):.4f}" for x in row] for row in example["expected"]["components"]]
        assert found == {"rate": example["expected"]["rate"], "components": expected}
        return
    assert {name: found[name] for name in example["expected"]} == example["expected"]


def test_no_example_about_tax_is_left_out() -> None:
    assert len(MINE) == 34
    assert {one["fn"] for one in MINE} == set(RULES)
