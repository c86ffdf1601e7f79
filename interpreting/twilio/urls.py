"""What pages of rooms that run over Twilio Video need from us.

The operator's copy of the SDK only; what the provider calls back for telephones is in
`interpreting.telephone.urls`.
"""

from django.urls import path

from interpreting.twilio import sdk

app_name = "twilio"
urlpatterns = [path("rooms/video-sdk.js", sdk.video_sdk, name="video_sdk")]
