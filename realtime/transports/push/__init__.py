"""Web push to a recipient's browsers."""
