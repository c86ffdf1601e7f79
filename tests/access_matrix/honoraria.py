"""Who may open what: tariffs, honoraria and payments."""

from __future__ import annotations

from tests.access_matrix.entries import BOOKS, VOLUNTEER, of, page

# honoraria ---------------------------------------------------------------------------------------
MONEY = "accountant admin"
ENTRY = {"args": lambda w: [w.honorarium.pk], "foreign": lambda w: [w.foreign_honorarium.pk]}
TARIFF = {"args": lambda w: [w.tariff.pk], "foreign": lambda w: [w.foreign_tariff.pk]}
VERSION = {
    "args": lambda w: [w.tariff_version.pk],
    "foreign": lambda w: [w.foreign_tariff_version.pk],
}
MONTH = {"data": {"month": "2026-11"}}
page("honoraria:list", BOOKS)
page("honoraria:detail", BOOKS, **ENTRY)
page("honoraria:export", MONEY, args=lambda w: ["csv"], foreign=lambda w: ["pdf"], method="post")
page("honoraria:approve_many", MONEY, method="post", **MONTH)
page("honoraria:price_missing", MONEY, method="post", **MONTH)
page("honoraria:approve", MONEY, method="post", **ENTRY)
page("honoraria:unapprove", MONEY, method="post", **ENTRY)
page("honoraria:correct", MONEY, method="post", **ENTRY)
page("honoraria:remove", MONEY, method="post", **ENTRY)
# every town has a November of its own; there is no thirteenth month
CALENDAR = {"args": lambda w: ["2026-11"], "foreign": lambda w: ["2026-13"]}
page("honoraria:months", MONEY)
page("honoraria:month", MONEY, **CALENDAR)
page("honoraria:month_close", MONEY, method="post", **CALENDAR)
page("honoraria:month_reopen", "admin", method="post", **CALENDAR)
page("honoraria:tariffs", MONEY)
page("honoraria:tariff_new", MONEY)
page("honoraria:tariff_new", MONEY, method="post")
page("honoraria:tariff_preview", MONEY, method="post")
page("honoraria:tariff", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, method="post", **TARIFF)
page("honoraria:version_new", MONEY, **TARIFF)
page("honoraria:version_new", MONEY, method="post", **TARIFF)
page("honoraria:version_edit", MONEY, **VERSION)
page("honoraria:version_edit", MONEY, method="post", **VERSION)

# payees ------------------------------------------------------------------------------------------
PAYEE = {"args": lambda w: [w.hana.pk], "foreign": lambda w: [w.foreign_volunteer.pk]}
ACCOUNT = {**PAYEE, "data": lambda w: {"account": w.bank_account.pk, "reason": "照合"}}
page("honoraria:payees", MONEY)
page("honoraria:payee", MONEY, **PAYEE)
page("honoraria:payee_account", MONEY, **PAYEE)
page("honoraria:payee_account", MONEY, method="post", **PAYEE)
page("honoraria:payee_check", MONEY, method="post", **ACCOUNT)
page("honoraria:payee_end", MONEY, method="post", **ACCOUNT)
page("honoraria:payee_reveal", MONEY, method="post", **ACCOUNT)
page("honoraria:payee_status", MONEY, method="post", **PAYEE)

# exports -----------------------------------------------------------------------------------------
RUN = {"args": lambda w: [w.export_run.pk], "foreign": lambda w: [w.foreign_export_run.pk]}
MAPPING = {"args": lambda w: [w.mapping.pk], "foreign": lambda w: [w.foreign_mapping.pk]}
page("honoraria:exports", MONEY)
page("honoraria:export_rows", MONEY)
page("honoraria:export_start", MONEY, method="post")
page("honoraria:export_file", MONEY, **RUN)
page("honoraria:mappings", MONEY)
page("honoraria:mapping_new", MONEY)
page("honoraria:mapping_new", MONEY, method="post", data={"dataset": "journal"})
page("honoraria:mapping_preview", MONEY, method="post")
page("honoraria:mapping", MONEY, **MAPPING)
page("honoraria:mapping", MONEY, method="post", **MAPPING)
page("honoraria:mapping_remove", MONEY, method="post", **MAPPING)

# tax ---------------------------------------------------------------------------------------------
page("honoraria:tax", MONEY)
# a tax year is everybody's; what is too old to be one is nobody's
FILED = {"method": "post", "args": lambda w: [2026], "foreign": lambda w: [1999]}
page("honoraria:tax_form309", MONEY, **FILED)
page("honoraria:tax_filed", MONEY, **FILED)
page(
    "honoraria:tax_record_paper",
    MONEY,
    args=lambda w: [w.payment.decided_on.year, w.payment.volunteer_id, "resident"],
    foreign=lambda w: [w.payment.decided_on.year, w.foreign_volunteer.pk, "resident"],
)
page("honoraria:payment_statement", MONEY, **of("payment"))
page("honoraria:money_rules", MONEY)
page("honoraria:money_rules", "admin", method="post")
page("honoraria:tax_decisions", MONEY)
page("honoraria:tax_decisions", MONEY, method="post")
page("honoraria:tax_rates", MONEY)
page("honoraria:remittances", MONEY)
page("honoraria:remittance_record", MONEY, method="post")
page("honoraria:remittance_take_back", MONEY, method="post", **of("remittance"))

# grants ------------------------------------------------------------------------------------------
PROGRAMME = of("programme")
page("honoraria:grants", MONEY)
page("honoraria:programme_new", MONEY)
page("honoraria:programme_new", MONEY, method="post")
page("honoraria:programme", MONEY, **PROGRAMME)
page("honoraria:programme_terms", MONEY, **PROGRAMME)
page("honoraria:programme_terms", MONEY, method="post", **PROGRAMME)
page("honoraria:programme_municipalities", MONEY, **PROGRAMME)
page("honoraria:programme_municipalities", MONEY, method="post", **PROGRAMME)
page("honoraria:programme_shares", MONEY, **PROGRAMME)
page("honoraria:programme_tags", MONEY, **PROGRAMME)
page("honoraria:programme_tags_save", MONEY, method="post", **PROGRAMME)
page("honoraria:programme_lines", MONEY, **PROGRAMME)
page("honoraria:programme_claim", MONEY, **PROGRAMME)
# an accountant may open the page and press, but only an administrator's press counts
REFUSED_BY_RULE = (302, 400, 403, 409, 422)
page("honoraria:claim_submit", MONEY, method="post", ok=REFUSED_BY_RULE, **PROGRAMME)
page("honoraria:claim", MONEY, **of("claim"))
page("honoraria:claim_tax", MONEY, **of("claim"))
page("honoraria:claim_tax", MONEY, method="post", **of("claim"))
FILE = ("workbook", "xlsx")
page("honoraria:programme_file", MONEY, method="post", **of("programme", *FILE))
page("honoraria:claim_file", MONEY, method="post", **of("claim", *FILE))
page("honoraria:costs", MONEY)
page("honoraria:cost_new", MONEY)
page("honoraria:cost_new", MONEY, method="post")
page("honoraria:cost", MONEY, **of("cost"))
page("honoraria:cost_edit", MONEY, **of("cost"))
page("honoraria:cost_edit", MONEY, method="post", **of("cost"))
page("honoraria:cost_approve", MONEY, method="post", **of("cost"))
page("honoraria:cost_reverse", MONEY, method="post", **of("cost"))
page("honoraria:cost_remove", MONEY, method="post", **of("cost"))
page("honoraria:cost_paid", MONEY, method="post", **of("cost"))
page("honoraria:cost_document_add", MONEY, method="post", **of("cost"))
page("honoraria:cost_document", MONEY, **of("cost_document"))
page("honoraria:cost_document_remove", MONEY, method="post", **of("cost_document"))
page("honoraria:consultations", MONEY)
page("honoraria:consultations", MONEY, method="post")

# figures -----------------------------------------------------------------------------------------
page("honoraria:figures", MONEY)
page("honoraria:figures_csv", MONEY, args=lambda w: ["desk"], foreign=lambda w: ["volunteer"])
# everybody has a budget of their own; what is too old for one is nobody's
BUDGET = {"args": lambda w: [2026], "foreign": lambda w: [1999]}
page("honoraria:budget", MONEY, **BUDGET)
page("honoraria:budget", MONEY, method="post", **BUDGET, data={"amount": "1,000,000"})

# gift cards --------------------------------------------------------------------------------------
CARDS = of("card_kind")
page("honoraria:gift_cards", MONEY)
page("honoraria:gift_card_kind_new", MONEY)
page("honoraria:gift_card_kind_new", MONEY, method="post", ok=(422,))
page("honoraria:gift_card_register", MONEY, **CARDS)
page("honoraria:gift_card_export", MONEY, **of("card_kind", "csv"))
page("honoraria:gift_card_active", MONEY, method="post", **CARDS)
page("honoraria:gift_card_move", MONEY, **of("card_kind", "buy"))
page("honoraria:gift_card_move", MONEY, method="post", **of("card_kind", "spoil"))
page("honoraria:gift_card_check", MONEY, method="post", **of("card_move"))
page("honoraria:gift_card_take_back", MONEY, method="post", **of("card_move"))
page("honoraria:gift_card_counts", MONEY)
page(
    "honoraria:gift_card_counts",
    MONEY,
    method="post",
    data=lambda w: {"kind": w.card_kind.pk, "month": "2026-11"},
)
page("honoraria:gift_card_count_check", MONEY, method="post", **of("card_count"))
page("honoraria:gift_card_prepare", MONEY, method="post", **VOLUNTEER)
page("honoraria:gift_card_payment", MONEY, **of("gift"))
page("honoraria:gift_card_payment", MONEY, method="post", **of("gift"))
page("honoraria:gift_card_release", MONEY, method="post", **of("gift"))
page("honoraria:gift_card_slip", MONEY, **of("gift"))
page("honoraria:gift_card_received", MONEY, method="post", **of("gift"))
page("honoraria:gift_card_return", MONEY, method="post", **of("gift"))
page("honoraria:gift_card_exchange", MONEY, method="post", **of("gift"))

# charges -----------------------------------------------------------------------------------------
CHARGE = {"args": lambda w: [w.charge.pk], "foreign": lambda w: [w.foreign_charge.pk]}
BODY = {"args": lambda w: [w.school.pk], "foreign": lambda w: [w.foreign_body.pk]}
page("honoraria:charges", MONEY)
page("honoraria:charges_issue", MONEY, method="post", **MONTH)
page("honoraria:charges_price", MONEY, method="post", **MONTH)
page("honoraria:charge", MONEY, **CHARGE)
for _verb in ("issue", "settle", "unsettle", "remove", "reverse"):
    page(f"honoraria:charge_{_verb}", MONEY, method="post", **CHARGE)
for _name in ("charge_cancelled", "cancelled_honorarium"):
    page(
        f"honoraria:{_name}",
        MONEY,
        method="post",
        args=lambda w: [w.assignment.pk],
        foreign=lambda w: [w.foreign_assignment.pk],
    )
page(
    "honoraria:charge_facts",
    MONEY,
    args=lambda w: [w.report.pk],
    foreign=lambda w: [w.foreign_report.pk],
)
page(
    "honoraria:charge_facts",
    MONEY,
    method="post",
    args=lambda w: [w.report.pk],
    foreign=lambda w: [w.foreign_report.pk],
)
page("honoraria:requesters", MONEY)
page(
    "honoraria:charge_levies",
    MONEY,
    method="post",
    data=lambda w: {"version": w.levied_version.pk, "body": w.school.pk},
)
page("honoraria:requester", MONEY, **BODY)
page("honoraria:requester", MONEY, method="post", **BODY)
page(
    "honoraria:charge_statement",
    MONEY,
    args=lambda w: [w.school.pk, "2026-11"],
    foreign=lambda w: [w.foreign_body.pk, "2026-11"],
)

# payments ----------------------------------------------------------------------------------------
page("honoraria:payments", MONEY)
page("honoraria:payment_new", MONEY)
page("honoraria:payment_new", MONEY, method="post", data=lambda w: {"account": w.paying_account.pk})
page("honoraria:payment_check", MONEY)
page("honoraria:payment_check", MONEY, method="post", data=lambda w: {"batch": w.cash_batch.pk})
page("honoraria:paying_accounts", MONEY)
page("honoraria:paying_account_new", MONEY)
page("honoraria:paying_account_new", MONEY, method="post")
page("honoraria:paying_account", MONEY, **of("paying_account"))
page("honoraria:paying_account", MONEY, method="post", **of("paying_account"))
page("honoraria:payment_batch", MONEY, **of("cash_batch"))
page("honoraria:payment_release", MONEY, method="post", **of("cash_batch"))
page("honoraria:payment_cancel", MONEY, method="post", **of("cash_batch"))
page("honoraria:payment_finish", MONEY, method="post", **of("cash_batch"))
page("honoraria:payment_file", MONEY, method="post", **of("cash_batch"))
page("honoraria:payment_cash_list", MONEY, **of("cash_batch"))
page("honoraria:payment_receipts", MONEY, **of("cash_batch"))
page("honoraria:payment_leave_out", MONEY, method="post", **of("cash"))
page("honoraria:payment_paid", MONEY, method="post", **of("cash"))
page("honoraria:payment_receipt", MONEY, method="post", **of("cash"))
page("honoraria:payment_returned", MONEY, **of("cash"))
page("honoraria:payment_returned", MONEY, method="post", **of("cash"))
