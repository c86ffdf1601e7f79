"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import URLPattern, path

from honoraria.charges import terms_views, views

urlpatterns: list[URLPattern] = [
    path("", views.list_charges, name="charges"),
    path("issue/", views.issue_many, name="charges_issue"),
    path("price/", views.price_missing, name="charges_price"),
    path("<int:pk>/", views.detail, name="charge"),
    path("<int:pk>/issue/", views.issue, name="charge_issue"),
    path("<int:pk>/settle/", views.settle, name="charge_settle"),
    path("<int:pk>/unsettle/", views.unsettle, name="charge_unsettle"),
    path("<int:pk>/remove/", views.remove, name="charge_remove"),
    path("<int:pk>/reverse/", views.reverse, name="charge_reverse"),
    path("cancelled/<int:pk>/", views.charge_cancelled, name="charge_cancelled"),
    path("cancelled/<int:pk>/honorarium/", views.pay_cancelled, name="cancelled_honorarium"),
    path("facts/<int:pk>/", terms_views.facts, name="charge_facts"),
    path("requesters/", terms_views.requesters, name="requesters"),
    path("requesters/levies/", terms_views.levies, name="charge_levies"),
    path("requesters/<int:pk>/", terms_views.requester, name="requester"),
    path("requesters/<int:pk>/<str:month>.pdf", terms_views.statement, name="charge_statement"),
]
