"""The ASGI application: pages, sockets, and (in the demo) the worker in the lifespan."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

# everything below needs Django's apps to be loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from channels.sessions import SessionMiddlewareStack  # noqa: E402
from django.urls import re_path  # noqa: E402

from config.lifespan import lifespan  # noqa: E402
from interpreting.rooms.consumers import RoomConsumer  # noqa: E402
from realtime.consumers import HintConsumer, NowhereConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            SessionMiddlewareStack(
                URLRouter(
                    [
                        re_path(r"^ws/room/(?P<seat>\d{1,12})/$", RoomConsumer.as_asgi()),
                        re_path(r"^ws/(?P<stream>[a-z]+)/$", HintConsumer.as_asgi()),
                        re_path(r"", NowhereConsumer.as_asgi()),
                    ]
                )
            )
        ),
        "lifespan": lifespan,
    }
)
