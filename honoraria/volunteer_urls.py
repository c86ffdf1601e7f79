"""The volunteer's own hours and honoraria, included under ``v/``."""

from django.urls import path

from honoraria import volunteer_views
from honoraria.gift_cards import volunteer_views as gift_views
from honoraria.payees import own_pages as account_pages
from honoraria.payments import volunteer_views as cash_views

app_name = "volunteer_money"
urlpatterns = [
    path("money/", volunteer_views.money, name="money"),
    path("money/<int:year>/", volunteer_views.statement, name="statement"),
    path("account/", account_pages.account, name="account"),
    path("account/new/", account_pages.enter, name="account_new"),
    path("account/code/", account_pages.prove, name="account_code"),
    path(
        "money/<int:year>/<int:person>.pdf",
        volunteer_views.statement_paper,
        name="statement_paper",
    ),
    path("money/payments/<int:pk>.pdf", volunteer_views.payment_paper, name="payment_paper"),
    path("cash/", cash_views.cash, name="cash"),
    path("cash/<int:pk>/receipt/", cash_views.receipt, name="cash_receipt"),
    path("gifts/", gift_views.gifts, name="gifts"),
    path("gifts/<int:pk>/receipt/", gift_views.receipt, name="gift_receipt"),
]
