"""The ASGI application: pages, sockets, and (in the demo) the worker in the lifespan."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()
application = django_application
