"""Addresses of the offer behind a message's link; appended to ``dispatch.urls``."""

from django.urls import path

from dispatch.phone import offers

urlpatterns = [
    path("o/<str:token>/", offers.show_offer, name="offer"),
    path("o/<str:token>/accept/", offers.accept, name="offer_accept"),
    path("o/<str:token>/decline/", offers.decline, name="offer_decline"),
]
