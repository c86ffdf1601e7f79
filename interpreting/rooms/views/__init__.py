"""Pages of rooms: of the desk, of guests with a link, of interpreters."""
