"""Pages of the accountant: the month's entries, and the tariffs."""
