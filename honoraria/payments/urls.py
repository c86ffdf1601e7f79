"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.payments.views import accounts, batches, files, steps

urlpatterns = [
    path("", batches.list_batches, name="payments"),
    path("new/", batches.new, name="payment_new"),
    path("check/", files.check_file, name="payment_check"),
    path("accounts/", accounts.list_accounts, name="paying_accounts"),
    path("accounts/new/", accounts.new, name="paying_account_new"),
    path("accounts/<int:pk>/", accounts.edit, name="paying_account"),
    path("<int:pk>/", batches.detail, name="payment_batch"),
    path("<int:pk>/release/", steps.release, name="payment_release"),
    path("<int:pk>/cancel/", steps.cancel, name="payment_cancel"),
    path("<int:pk>/finish/", steps.finish, name="payment_finish"),
    path("<int:pk>/file/", files.download, name="payment_file"),
    path("<int:pk>/list.pdf", files.cash_list, name="payment_cash_list"),
    path("<int:pk>/receipts.pdf", files.cash_slips, name="payment_receipts"),
    path("one/<int:pk>/leave-out/", steps.leave_out, name="payment_leave_out"),
    path("one/<int:pk>/paid/", steps.pay_one, name="payment_paid"),
    path("one/<int:pk>/receipt/", steps.receipt, name="payment_receipt"),
    path("one/<int:pk>/returned/", steps.send_back, name="payment_returned"),
]
