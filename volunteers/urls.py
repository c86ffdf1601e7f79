"""Addresses of the register, below /volunteers/, and of applying, at the root."""

from django.urls import URLPattern, URLResolver, include, path

from volunteers.applications import urls as applications
from volunteers.import_urls import urlpatterns as import_urlpatterns
from volunteers.views import entry, profile, register

app_name = "volunteers"
register_urlpatterns: list[URLPattern] = [
    path("", register.register, name="list"),
    path("new/", entry.new, name="new"),
    path("languages/", register.suggest_languages, name="languages"),
    path("<int:pk>/", profile.profile, name="profile"),
    path("<int:pk>/edit/", entry.edit, name="edit"),
    path("<int:pk>/pause/", profile.pause, name="pause"),
    path("<int:pk>/resume/", profile.resume, name="resume"),
    path("<int:pk>/withdraw/", profile.withdraw, name="withdraw"),
    path("<int:pk>/renew/", profile.renew, name="renew"),
    path("<int:pk>/on-call/", profile.on_call, name="on_call"),
    path(
        "<int:pk>/trainings/<int:training>/verify/", profile.check_training, name="training_verify"
    ),
    path("<int:pk>/contact-is-right/", profile.contact_is_right, name="contact_is_right"),
]
register_urlpatterns += import_urlpatterns
register_urlpatterns += applications.staff
urlpatterns: list[URLPattern | URLResolver] = [
    path("volunteers/", include(register_urlpatterns)),
    *applications.elsewhere,
]
