"""Plain-text e-mail over SMTP."""
