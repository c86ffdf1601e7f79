"""Requests, offers and answers in the API: the same actions and access rules as the pages."""
