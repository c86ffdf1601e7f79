"""`{{ account|place }}`: where a payment goes, as the page of the payee says it."""

from __future__ import annotations

from django import template

from honoraria.banking import branches
from honoraria.models import BankAccount, PayingAccount

register = template.Library()


@register.filter
def place(account: BankAccount | PayingAccount | None) -> str:
    """«きらぼし銀行 八王子支店 ****002»; codes where the list of banks knows no such branch."""
    if account is None:
        return ""
    bank = branches.bank(account.bank_code)
    branch = branches.branch(account.bank_code, account.branch_code)
    if bank is None or branch is None:
        return f"{account.bank_code}-{account.branch_code} ****{account.tail}"
    return f"{bank.title} {branch.name} ****{account.tail}"
