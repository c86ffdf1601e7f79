"""What lower floors are told about higher ones: streams for sockets, subscriptions, tasks."""


def connect() -> None:
    """Called once when the apps are ready."""
    import dispatch.streams
    import volunteers.streams

    dispatch.streams.register()
    volunteers.streams.register()
