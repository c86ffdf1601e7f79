"""Addresses under /demo/; every one of them answers 404 outside the demo."""

from django.urls import path

from config.demo import line_views, views

app_name = "demo"
urlpatterns = [
    path("", views.index, name="index"),
    path("enter/<slug:key>/", views.enter, name="enter"),
    path("phones/", views.wall, name="phones"),
    path("phones/fragment/", views.wall_fragment, name="phones-fragment"),
    path("phones/<int:pk>/", views.handset, name="phone"),
    path("phones/<int:pk>/fragment/", views.handset_fragment, name="phone-fragment"),
    path("phones/<int:pk>/reply/", line_views.reply, name="phone-reply"),
    path("phones/<int:pk>/calls/<int:message_id>/", line_views.key, name="phone-key"),
    path("lines/", line_views.show, name="lines"),
]
