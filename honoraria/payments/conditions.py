"""What a batch needs whenever it is prepared or released: a day to pay on, an account to pay from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from honoraria.banking.calendar import is_bank_business_day, next_business_day
from honoraria.models import PayingAccount, PaymentBatch

Method = PaymentBatch.Method
LONGEST_AHEAD = timedelta(days=60)  # a file names month and day only
LONGEST_BACK = timedelta(days=62)  # cash that was handed over before it was written down


def check_value_date(method: str, value_date: date, at: datetime) -> None:
    """Transfers leave on a business day of banks that is not over. Raises ActionError: value_date."""
    today = local(at).date()
    text = ""
    if value_date > today + LONGEST_AHEAD:
        text = "支払日は60日以内の日にしてください。"
    elif method != Method.BANK:
        if value_date < today - LONGEST_BACK:
            text = "支払日が2か月以上前の日付です。日付をご確認ください。"
    elif value_date < today:
        text = "支払日が過ぎています。今日以後の日にしてください。"
    elif not is_bank_business_day(value_date):
        other = next_business_day(value_date)
        text = f"銀行の休業日です。次の営業日は{other.year}年{other.month}月{other.day}日です。"
    if text:
        raise ActionError("value_date", text, field="value_date", status=400)


def check_paying_account(
    organization: Organization, method: str, account: PayingAccount | None
) -> None:
    """A transfer needs an account of the organization that is in use. Raises ActionError."""
    if method != Method.BANK:
        return
    if account is None or account.organization_id != organization.pk or not account.active:
        text = "振込元口座を選んでください。"
        raise ActionError("paying_account", text, field="account", status=400)
