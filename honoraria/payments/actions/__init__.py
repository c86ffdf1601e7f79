"""Every change of payments. All of them lock the books of the organization first."""

from honoraria.payments.actions.accounts import Particulars, save_account
from honoraria.payments.actions.finishing import (
    finish_batch,
    finish_payment,
    record_cash_receipt,
    return_payment,
    sign_for_cash,
)
from honoraria.payments.actions.preparing import cancel_batch, leave_out, prepare_batch
from honoraria.payments.actions.releasing import (
    download_file,
    own_approvals,
    refusal,
    release_batch,
)

__all__ = [
    "Particulars",
    "cancel_batch",
    "download_file",
    "finish_batch",
    "finish_payment",
    "leave_out",
    "own_approvals",
    "prepare_batch",
    "record_cash_receipt",
    "refusal",
    "release_batch",
    "return_payment",
    "save_account",
    "sign_for_cash",
]
