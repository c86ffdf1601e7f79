"""Sign-in, tokens, roles, the audit trail."""
