"""The models of the app by topic: tariffs, entries, months, payments, gift cards, grants, exports."""

from honoraria.models.charges import Charge, ChargeQuerySet, Facts, RequesterTerms
from honoraria.models.claims import Claim, EvidenceNumber, TaxReport
from honoraria.models.entries import Honorarium, HonorariumQuerySet
from honoraria.models.exports import ExportPiece, ExportRun, Mapping
from honoraria.models.gift_cards import GiftCardCount, GiftCardKind, GiftCardMove
from honoraria.models.grants import (
    Budget,
    Consultations,
    Cost,
    CostDocument,
    Municipality,
    Programme,
    ProgrammeTerms,
    Tag,
)
from honoraria.models.months import Books, Closing
from honoraria.models.payees import BankAccount, Payee
from honoraria.models.payments import PayingAccount, Payment, PaymentBatch, PaymentLine, Remittance
from honoraria.models.tariffs import (
    PaidBy,
    Tariff,
    TariffVersion,
    TariffVersionQuerySet,
    Tax,
    TransportTo,
)

__all__ = [
    "BankAccount",
    "Books",
    "Budget",
    "Charge",
    "ChargeQuerySet",
    "Claim",
    "Closing",
    "Consultations",
    "Cost",
    "CostDocument",
    "EvidenceNumber",
    "ExportPiece",
    "ExportRun",
    "Facts",
    "GiftCardCount",
    "GiftCardKind",
    "GiftCardMove",
    "Honorarium",
    "HonorariumQuerySet",
    "Mapping",
    "Municipality",
    "PaidBy",
    "Payee",
    "PayingAccount",
    "Payment",
    "PaymentBatch",
    "PaymentLine",
    "Programme",
    "ProgrammeTerms",
    "Remittance",
    "RequesterTerms",
    "Tag",
    "Tariff",
    "TariffVersion",
    "TariffVersionQuerySet",
    "Tax",
    "TaxReport",
    "TransportTo",
]
