"""Staff pages of this app: the board, the form that takes a request, and the request itself."""
