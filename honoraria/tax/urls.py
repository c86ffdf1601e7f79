"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import URLPattern, path

from honoraria.tax import remittance_views, views

urlpatterns: list[URLPattern] = [
    path("", views.overview, name="tax"),
    path("form309/<int:year>.csv", views.download_form309, name="tax_form309"),
    path("filed/<int:year>/", views.mark_filed, name="tax_filed"),
    path(
        "records/<int:year>/<int:pk>-<str:residency>.pdf",
        views.record_paper,
        name="tax_record_paper",
    ),
    path("payments/<int:pk>.pdf", views.payment_paper, name="payment_statement"),
    path("decisions/", views.decisions, name="tax_decisions"),
    path("rates/", views.rates, name="tax_rates"),
    path("remittances/", remittance_views.list_remittances, name="remittances"),
    path("remittances/record/", remittance_views.record_remittance, name="remittance_record"),
    path(
        "remittances/<int:pk>/take-back/",
        remittance_views.take_back,
        name="remittance_take_back",
    ),
]
