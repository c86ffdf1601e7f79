"""The objects of `tests.world` that are about money: tariffs, payments, cards, grants, exports."""

from __future__ import annotations

from functools import cached_property

from accounts.models import Organization, User
from dispatch.models import (
    RequestingBody,
)
from honoraria.exporting import runs
from honoraria.exporting.actions import create_mapping
from honoraria.exporting.shapes import shipped
from honoraria.models import (
    BankAccount,
    Charge,
    Claim,
    Cost,
    CostDocument,
    ExportRun,
    GiftCardCount,
    GiftCardKind,
    GiftCardMove,
    Honorarium,
    Mapping,
    PayingAccount,
    Payment,
    PaymentBatch,
    Programme,
    Remittance,
    Tariff,
    TariffVersion,
)
from interpreting.models import Report
from tests import factories
from tests.honoraria.gift_cards import box
from tests.honoraria.grants import rows as grant_rows
from tests.honoraria.payments.paying import cash_payment_of, paying_account
from tests.honoraria.tax.paying import paid, remittance_of
from volunteers.models import (
    Volunteer,
)


class Money:
    """Part of `tests.world.World`, which says who the people are."""

    city: Organization
    town: Organization
    people: dict[str, User]
    hana: Volunteer
    minh: Volunteer
    report: Report
    foreign_report: Report

    @cached_property
    def tariff_version(self) -> TariffVersion:
        return factories.TariffVersionFactory(tariff__organization=self.city)

    @cached_property
    def foreign_tariff_version(self) -> TariffVersion:
        return factories.TariffVersionFactory(tariff__organization=self.town)

    @cached_property
    def levied_version(self) -> TariffVersion:
        rules = {
            "role": "charge",
            "fee": {"kind": "none"},
            "transport": {"kind": "none"},
            "levy": {"payer": "会員", "amount": 5000},
        }
        return factories.TariffVersionFactory(tariff__organization=self.city, rules=rules)

    @cached_property
    def foreign_body(self) -> RequestingBody:
        return factories.RequestingBodyFactory(organization=self.town)

    @cached_property
    def charge(self) -> Charge:
        return self._charge(self.report, self.tariff_version)

    @cached_property
    def foreign_charge(self) -> Charge:
        return self._charge(self.foreign_report, self.foreign_tariff_version)

    def _charge(self, report: Report, version: TariffVersion) -> Charge:
        return Charge.objects.create(
            organization=version.tariff.organization,
            report=report,
            assignment=report.assignment,
            body=report.assignment.request.body,
            tariff_version=version,
            tariff_name=version.tariff.name,
            activity_date=factories.TODAY,
            booked_on=factories.TODAY,
            fee=3000,
            total=3000,
            created_at=factories.NOW,
        )

    @property
    def tariff(self) -> Tariff:
        return self.tariff_version.tariff

    @property
    def foreign_tariff(self) -> Tariff:
        return self.foreign_tariff_version.tariff

    @cached_property
    def honorarium(self) -> Honorarium:
        return factories.HonorariumFactory(report=self.report, tariff_version=self.tariff_version)

    @cached_property
    def export_run(self) -> ExportRun:
        return _export(self.city, self.people["accountant"])

    @cached_property
    def foreign_export_run(self) -> ExportRun:
        return _export(self.town, self.people["outsider"])

    @cached_property
    def mapping(self) -> Mapping:
        return _mapping(self.city, self.people["accountant"])

    @cached_property
    def foreign_mapping(self) -> Mapping:
        return _mapping(self.town, self.people["outsider"])

    @cached_property
    def bank_account(self) -> BankAccount:
        """Hana's, checked."""
        return factories.BankAccountFactory(volunteer=self.hana)

    @cached_property
    def foreign_honorarium(self) -> Honorarium:
        return factories.HonorariumFactory(
            report=self.foreign_report, tariff_version=self.foreign_tariff_version
        )

    # tax -----------------------------------------------------------------------------------------
    @cached_property
    def payment(self) -> Payment:
        return paid(self.hana, 3_000, factories.TODAY, factories.TODAY)

    @cached_property
    def minhs_payment(self) -> Payment:
        return paid(self.minh, 3_000, factories.TODAY, factories.TODAY)

    @cached_property
    def foreign_payment(self) -> Payment:
        return paid(self.foreign_volunteer, 3_000, factories.TODAY, factories.TODAY)

    @cached_property
    def remittance(self) -> Remittance:
        return remittance_of(self.city, self.people["admin"])

    @cached_property
    def foreign_remittance(self) -> Remittance:
        return remittance_of(self.town, self.people["outsider"])

    # paying --------------------------------------------------------------------------------------
    @cached_property
    def cash(self) -> Payment:
        """Cash for hana that waits to be handed over."""
        return cash_payment_of(self.hana, self.people["admin"])

    @cached_property
    def foreign_cash(self) -> Payment:
        return cash_payment_of(self.foreign_volunteer, self.people["outsider"])

    @property
    def cash_batch(self) -> PaymentBatch:
        return self.cash.batch

    @property
    def foreign_cash_batch(self) -> PaymentBatch:
        return self.foreign_cash.batch

    @cached_property
    def paying_account(self) -> PayingAccount:
        return paying_account(self.city)

    @cached_property
    def foreign_paying_account(self) -> PayingAccount:
        return paying_account(self.town)

    # gift cards ----------------------------------------------------------------------------------
    @cached_property
    def card_kind(self) -> GiftCardKind:
        return box.kind_of(self.city, self.people["admin"])

    @cached_property
    def foreign_card_kind(self) -> GiftCardKind:
        return box.kind_of(self.town, self.people["outsider"])

    @property
    def card_move(self) -> GiftCardMove:
        return self.card_kind.moves.get()

    @property
    def foreign_card_move(self) -> GiftCardMove:
        return self.foreign_card_kind.moves.get()

    @cached_property
    def card_count(self) -> GiftCardCount:
        return box.count_of(self.card_kind, self.people["admin"])

    @cached_property
    def foreign_card_count(self) -> GiftCardCount:
        return box.count_of(self.foreign_card_kind, self.people["outsider"])

    @cached_property
    def gift(self) -> Payment:
        """Cards that hana was handed."""
        return box.given_to(self.hana, self.people["admin"])

    @cached_property
    def minhs_gift(self) -> Payment:
        return box.given_to(self.minh, self.people["admin"])

    @cached_property
    def foreign_gift(self) -> Payment:
        return box.given_to(self.foreign_volunteer, self.people["outsider"])

    @cached_property
    def handed_cash(self) -> Payment:
        """Cash that hana was handed."""
        return box.given_to(self.hana, self.people["admin"], "cash")

    @cached_property
    def minhs_cash(self) -> Payment:
        return box.given_to(self.minh, self.people["admin"], "cash")

    # grants --------------------------------------------------------------------------------------
    @cached_property
    def programme(self) -> Programme:
        return grant_rows.programme(self.city)

    @cached_property
    def foreign_programme(self) -> Programme:
        return grant_rows.programme(self.town)

    @cached_property
    def claim(self) -> Claim:
        return grant_rows.claim(self.programme)

    @cached_property
    def foreign_claim(self) -> Claim:
        return grant_rows.claim(self.foreign_programme)

    @cached_property
    def cost(self) -> Cost:
        """A cost that waits for approval."""
        return grant_rows.cost(self.city)

    @cached_property
    def foreign_cost(self) -> Cost:
        return grant_rows.cost(self.town)

    @cached_property
    def cost_document(self) -> CostDocument:
        return grant_rows.document(self.cost)

    @cached_property
    def foreign_cost_document(self) -> CostDocument:
        return grant_rows.document(self.foreign_cost)


def _export(organization: Organization, by: User) -> ExportRun:
    wanted = {"month": "2026-11"}
    return runs.start(organization, "honoraria", wanted, None, "csv", by=by, at=factories.NOW)


def _mapping(organization: Organization, by: User) -> Mapping:
    shape = shipped()["yayoi"]
    return create_mapping(organization, shape.name, shape, by=by, at=factories.NOW)
