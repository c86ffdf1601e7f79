"""Addresses of applications: for staff below /volunteers/, for applicants and answers at the root."""

from django.urls import URLPattern, path

from volunteers.applications import (
    public_views,
    renewal_views,
    settings_views,
    staff_views,
    staying_views,
)

staff: list[URLPattern] = [
    path("applications/", staff_views.list_applications, name="applications"),
    path("applications/<int:pk>/", staff_views.show_application, name="application"),
    path("applications/<int:pk>/screen/", staff_views.screen, name="application_screen"),
    path("applications/<int:pk>/interview/", staff_views.interview, name="application_interview"),
    path("applications/<int:pk>/accept/", staff_views.accept, name="application_accept"),
    path("applications/<int:pk>/decline/", staff_views.decline, name="application_decline"),
    path("applications/<int:pk>/withdraw/", staff_views.take_back, name="application_withdraw"),
    path(
        "applications/<int:pk>/documents/<int:document>/",
        staff_views.download,
        name="application_document",
    ),
    path("renewals/", renewal_views.list_renewals, name="renewals"),
    path("renewals/accept/", renewal_views.accept_all, name="renewals_accept"),
    path("renewals/forms.pdf", renewal_views.paper_forms, name="renewal_forms"),
    path("renewals/<int:pk>/", renewal_views.show_renewal, name="renewal"),
    path("renewals/<int:pk>/accept/", renewal_views.accept_one, name="renewal_accept"),
    path("renewals/<int:pk>/send-back/", renewal_views.send_back, name="renewal_send_back"),
    path("cards.pdf", renewal_views.cards, name="cards"),
    path("<int:pk>/card.pdf", renewal_views.card, name="card"),
    path("staying/", staying_views.list_silent, name="staying"),
    path("<int:pk>/stay/ask/", staying_views.ask, name="stay_ask"),
    path("<int:pk>/stay/answer/", staying_views.note_answer, name="stay_answer"),
    path("<int:pk>/stay/remove/", staying_views.remove, name="stay_remove"),
]
elsewhere: list[URLPattern] = [
    path("settings/applications/", settings_views.settings_page, name="application_settings"),
    path("settings/applications/pledge/", settings_views.publish, name="pledge_publish"),
    path("apply/status/<str:reference>/", public_views.status, name="application_status"),
    path(
        "apply/status/<str:reference>/withdraw/",
        public_views.withdraw,
        name="application_take_back",
    ),
    path("apply/<slug:slug>/", public_views.apply, name="apply"),
    path("apply/<slug:slug>/confirm/", public_views.confirm, name="apply_confirm"),
    path("stay/<str:token>/", staying_views.answer, name="stay"),
]
