"""Pages about honoraria and tariffs."""

from django.urls import include, path

from honoraria.exporting.views import month_file
from honoraria.views import entries, rules, tariffs

app_name = "honoraria"
urlpatterns = [
    path("honoraria/", entries.list_entries, name="list"),
    path("honoraria/approve/", entries.approve_many, name="approve_many"),
    path("honoraria/price/", entries.price_missing, name="price_missing"),
    path("honoraria/export.<str:kind>", month_file, name="export"),
    path("honoraria/<int:pk>/", entries.detail, name="detail"),
    path("honoraria/<int:pk>/approve/", entries.approve, name="approve"),
    path("honoraria/<int:pk>/unapprove/", entries.unapprove, name="unapprove"),
    path("honoraria/<int:pk>/correct/", entries.correct, name="correct"),
    path("honoraria/<int:pk>/remove/", entries.remove, name="remove"),
    path("settings/money/", rules.money_rules, name="money_rules"),
    path("tariffs/", tariffs.list_tariffs, name="tariffs"),
    path("tariffs/new/", tariffs.new, name="tariff_new"),
    path("tariffs/preview/", tariffs.preview, name="tariff_preview"),
    path("tariffs/<int:pk>/", tariffs.detail, name="tariff"),
    path("tariffs/<int:pk>/edit/", tariffs.edit, name="tariff_edit"),
    path("tariffs/<int:pk>/versions/new/", tariffs.new_version, name="version_new"),
    path("tariffs/versions/<int:pk>/edit/", tariffs.edit_version, name="version_edit"),
    path("charges/", include("honoraria.charges.urls")),
    path("months/", include("honoraria.closing.urls")),
    path("payees/", include("honoraria.payees.urls")),
    path("payments/", include("honoraria.payments.urls")),
    path("tax/", include("honoraria.tax.urls")),
    path("gift-cards/", include("honoraria.gift_cards.urls")),
    path("grants/", include("honoraria.grants.urls")),
    path("exports/", include("honoraria.exporting.urls")),
    path("figures/", include("honoraria.figures.urls")),
]
