"""Every address of the site."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from importlib.util import find_spec

from config import home


def there(prefix: str, module: str) -> list[URLResolver]:
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    *there("", "config.health_urls"),
    path("accounts/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("volunteers/", include("volunteers.urls")),
    path("", include("dispatch.urls")),
    *there("v/", "dispatch.volunteer_urls"),
    *there("v/", "interpreting.volunteer_urls"),
    *there("reports/", "interpreting.urls"),
    *there("", "honoraria.urls"),
    *there("api/v1/", "config.api_urls"),
]
if not settings.PRODUCTION:
    urlpatterns += [path("ui/", include("ui.urls"))]
if settings.DEMO or settings.TESTING:
    urlpatterns += there("demo/", "config.demo.urls")
