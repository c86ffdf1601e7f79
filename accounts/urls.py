"""Addresses of this app, included at the root of the site."""

from django.urls import path

from accounts.views import audit, links, members, organization, tokens

app_name = "accounts"
urlpatterns = [
    path("settings/", organization.show_settings, name="settings"),
    path("settings/organization/", organization.edit_organization, name="organization"),
    path("settings/switch/", organization.switch_organization, name="switch"),
    path("settings/members/", members.list_members, name="members"),
    path("settings/members/<int:pk>/role/", members.set_role, name="member-role"),
    path("settings/members/<int:pk>/deactivate/", members.deactivate, name="member-deactivate"),
    path("settings/members/<int:pk>/reactivate/", members.reactivate, name="member-reactivate"),
    path("settings/members/<int:pk>/invite/", members.invite, name="member-invite"),
    path("settings/members/<int:pk>/second-factor/", members.reset_factor, name="member-factor"),
    path("settings/tokens/", tokens.list_tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("settings/audit/", audit.list_entries, name="audit"),
    path("settings/audit.csv", audit.download_entries, name="audit-csv"),
    path("invitation/<str:secret>/", links.accept, name="invitation"),
    path("sign-in/<str:secret>/", links.sign_in_by_link, name="link"),
    path("demo/sign-in/<str:secret>/", links.sign_in_to_demo, name="demo-sign-in"),
]
