"""What a demo sends through instead: nothing leaves this server."""
