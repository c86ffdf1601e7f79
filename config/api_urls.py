"""Addresses of the API, below /api/v1/."""

from django.urls import path, re_path

from config.api_docs import DocsView, SchemaView
from config.api_nowhere import Nowhere
from dispatch.api import offers, requests
from honoraria.api import HonorariumCsv, HonorariumList, HonorariumXlsx
from interpreting.api import AssignmentReport
from volunteers.api import VolunteerDetail, VolunteerList

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("volunteers/", VolunteerList.as_view(), name="volunteers"),
    path("volunteers/<int:pk>/", VolunteerDetail.as_view(), name="volunteer"),
    path("requests/", requests.RequestList.as_view(), name="requests"),
    path("requests/<int:pk>/", requests.RequestDetail.as_view(), name="request"),
    path("requests/<int:pk>/candidates/", requests.RequestCandidates.as_view(), name="candidates"),
    path("requests/<int:pk>/offers/", offers.RequestOffers.as_view(), name="offers"),
    path("requests/<int:pk>/cancel/", requests.RequestCancel.as_view(), name="cancel"),
    path("requests/<int:pk>/rung/", requests.RequestRung.as_view(), name="rung"),
    path("offers/<int:pk>/accept/", offers.OfferAccept.as_view(), name="accept"),
    path("offers/<int:pk>/decline/", offers.OfferDecline.as_view(), name="decline"),
    path("assignments/<int:pk>/report/", AssignmentReport.as_view(), name="report"),
    path("honoraria/", HonorariumList.as_view(), name="honoraria"),
    path("honoraria.csv", HonorariumCsv.as_view(), name="honoraria_csv"),
    path("honoraria.xlsx", HonorariumXlsx.as_view(), name="honoraria_xlsx"),
    re_path(r"^(?P<rest>[\s\S]*)$", Nowhere.as_view(), name="nowhere"),
]
