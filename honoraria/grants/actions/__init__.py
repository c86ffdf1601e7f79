"""Every change of programmes, costs, tags, consultations and claims."""

from honoraria.grants.actions.claims import submit_claim
from honoraria.grants.actions.consultations import enter_consultations
from honoraria.grants.actions.consumption_tax import report_tax
from honoraria.grants.actions.costs import (
    add_documents,
    approve_cost,
    change_cost,
    enter_cost,
    record_paid,
    remove_cost,
    remove_document,
    reverse_cost,
)
from honoraria.grants.actions.programmes import add_terms, create_programme, set_municipalities
from honoraria.grants.actions.tagging import Share, tag, untag

__all__ = [
    "Share",
    "add_documents",
    "add_terms",
    "approve_cost",
    "change_cost",
    "create_programme",
    "enter_consultations",
    "enter_cost",
    "record_paid",
    "remove_cost",
    "remove_document",
    "report_tax",
    "reverse_cost",
    "set_municipalities",
    "submit_claim",
    "tag",
    "untag",
]
