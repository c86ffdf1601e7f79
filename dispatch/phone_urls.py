"""Addresses of the offer behind a message's link, and what browsers want at the site's root."""

from django.urls import path

from dispatch.phone import idle, offers, pushes

urlpatterns = [
    path("sw.js", pushes.service_worker, name="service_worker"),
    path("manifest.webmanifest", pushes.manifest, name="manifest"),
    path("o/<str:token>/", offers.show_offer, name="offer"),
    path("o/<str:token>/fragment/", offers.offer_fragment, name="offer_fragment"),
    path("o/<str:token>/accept/", offers.accept, name="offer_accept"),
    path("o/<str:token>/decline/", offers.decline, name="offer_decline"),
    path("o/<str:token>/reason/", offers.explain, name="offer_reason"),
    path("o/<str:token>/details/", offers.details, name="offer_details"),
    path("o/<str:token>/prove/", idle.prove, name="offer_prove"),
    path("o/<str:token>/not-mine/", idle.not_mine, name="offer_not_mine"),
]
