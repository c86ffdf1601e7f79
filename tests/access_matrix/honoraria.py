"""Who may open what: tariffs, honoraria and payments."""

from __future__ import annotations

from tests.access_matrix.entries import BOOKS, page

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
page("honoraria:export", MONEY, args=lambda w: ["csv"], foreign=lambda w: ["pdf"])
page("honoraria:approve_many", MONEY, method="post", **MONTH)
page("honoraria:price_missing", MONEY, method="post", **MONTH)
page("honoraria:approve", MONEY, method="post", **ENTRY)
page("honoraria:unapprove", MONEY, method="post", **ENTRY)
page("honoraria:correct", MONEY, method="post", **ENTRY)
page("honoraria:tariffs", MONEY)
page("honoraria:tariff_new", MONEY)
page("honoraria:tariff_new", MONEY, method="post")
page("honoraria:tariff", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, **TARIFF)
page("honoraria:tariff_edit", MONEY, method="post", **TARIFF)
page("honoraria:version_new", MONEY, **TARIFF)
page("honoraria:version_new", MONEY, method="post", **TARIFF)
page("honoraria:version_edit", MONEY, **VERSION)
page("honoraria:version_edit", MONEY, method="post", **VERSION)
