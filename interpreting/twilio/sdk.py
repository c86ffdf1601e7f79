"""The operator's own copy of the video SDK, served from our origin; nothing of it is shipped here.

``TWILIO_VIDEO_SDK`` is the path of the file ``twilio-video.min.js`` that the operator has put on the
server. Without it, and without keys, the address does not exist.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from interpreting.twilio.video import is_available


@require_GET
def video_sdk(request: HttpRequest) -> FileResponse:
    """The file, for the pages of such rooms."""
    path = Path(settings.TWILIO_VIDEO_SDK)
    if not is_available() or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response
