"""Organizations, the people who work for them, how they sign in, and the audit trail."""
