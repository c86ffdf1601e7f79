"""Telephone calls: the desk's pages, a guest's number, and what the provider asks and tells us.

The desk's are below the request, the guest's below the own seat; the provider's hooks carry a random
token and are believed only with its signature.
"""

from django.urls import path

from interpreting.telephone import guest_views, hooks, views

app_name = "telephone"
HOOK = "hooks/twilio/voice/"
urlpatterns = [
    path("requests/<int:pk>/telephone/", views.show, name="show"),
    path("requests/<int:pk>/telephone/fragment/", views.fragment, name="fragment"),
    path("requests/<int:pk>/telephone/start/", views.start, name="start"),
    path("requests/<int:pk>/telephone/end/", views.end, name="end"),
    path(
        "requests/<int:pk>/telephone/<int:leg_pk>/do/<slug:verb>/", views.leg_verb, name="leg_verb"
    ),
    path("requests/<int:pk>/telephone/<int:leg_pk>/number/", views.show_number, name="number"),
    path("seat/<int:pk>/telephone/", guest_views.telephone, name="guest"),
    path(f"{HOOK}conference/<str:name>/", hooks.conference, name="conference"),
    path(f"{HOOK}<str:token>/answer/", hooks.answer, name="answer"),
    path(f"{HOOK}<str:token>/agree/", hooks.agree, name="agree"),
    path(f"{HOOK}<str:token>/wait/", hooks.wait, name="wait"),
    path(f"{HOOK}<str:token>/status/", hooks.status, name="status"),
]
