"""Addresses of a volunteer's own settings, below ``v/``; part of the namespace ``volunteer``."""

from django.urls import path

from dispatch.phone.own import (
    away,
    certificates,
    channels,
    contact,
    devices,
    hours,
    leaving,
    menu,
    passkeys,
    skills,
)

urlpatterns = [
    path("me/", menu.menu, name="me"),
    path("me/organization/", menu.switch_organization, name="switch_organization"),
    path("hours/", hours.hours, name="hours"),
    path("away/", away.away, name="away"),
    path("away/<int:pk>/remove/", away.remove, name="away_remove"),
    path("languages/", skills.languages, name="languages"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<int:pk>/remove/", certificates.remove, name="certificate_remove"),
    path("channels/", channels.channels, name="channels"),
    path("channels/order/", channels.reorder, name="channels_order"),
    path("channels/test/", channels.try_out, name="channels_test"),
    path("contact/<str:kind>/", contact.change, name="contact"),
    path("contact/<str:kind>/code/", contact.enter_code, name="contact_code"),
    path("devices/", devices.devices, name="devices"),
    path("devices/end/", devices.end, name="devices_end"),
    path("devices/passkeys/add/", passkeys.add, name="passkey_add"),
    path("devices/passkeys/<int:pk>/rename/", passkeys.rename, name="passkey_rename"),
    path("devices/passkeys/<int:pk>/remove/", passkeys.remove, name="passkey_remove"),
    path("passkey/", passkeys.sign_in, name="passkey"),
    path("data/", leaving.data, name="data"),
    path("leave/", leaving.leave_page, name="leave"),
    path("left/", leaving.left, name="left"),
]
