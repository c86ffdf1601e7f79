"""What a volunteer sees on the phone: the offer behind a link, signing in by code, the own pages."""
