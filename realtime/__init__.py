"""Typed events, sockets, outgoing messages and the worker; knows nothing of interpreting."""
