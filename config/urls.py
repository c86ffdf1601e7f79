"""Every address of the site."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import home

handler500 = "config.middleware.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("config.health_urls")),
    path("accounts/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("", include("volunteers.urls")),
    path("", include("dispatch.urls")),
    path("v/", include("dispatch.volunteer_urls")),
    path("v/", include("interpreting.volunteer_urls")),
    path("v/", include("interpreting.room_volunteer_urls")),
    path("v/", include("honoraria.volunteer_urls")),
    path("", include("interpreting.room_urls")),
    path("", include("interpreting.guest_urls")),
    path("", include("interpreting.telephone.urls")),
    path("", include("interpreting.twilio.urls")),
    path("reports/", include("interpreting.urls")),
    path("", include("honoraria.urls")),
    path("hooks/", include("realtime.hook_urls")),
    path("api/v1/", include("config.api_urls")),
]
if not settings.PRODUCTION:
    urlpatterns += [path("ui/", include("ui.urls"))]
if settings.DEMO or settings.TESTING:
    urlpatterns += [path("demo/", include("config.demo.urls"))]
