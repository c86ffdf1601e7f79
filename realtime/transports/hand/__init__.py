"""By hand: somebody at the desk telephones, or sends a fax."""
