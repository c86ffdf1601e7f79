"""Who may open what: the lines of every app, together.

How a line is written stands in `entries`; which file it belongs to is the app that has the address.
"""

from tests.access_matrix import (
    accounts,
    api,
    dispatch,
    honoraria,
    interpreting,
    realtime,
    volunteer_pages,
    volunteers,
)
from tests.access_matrix.entries import ENTRIES, ROLES, STAFF_ROLES, Entry

__all__ = ["APPS", "ENTRIES", "ROLES", "STAFF_ROLES", "Entry"]
APPS = (accounts, volunteers, dispatch, interpreting, honoraria, api, volunteer_pages, realtime)
