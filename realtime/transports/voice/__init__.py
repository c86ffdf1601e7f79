"""Automatic calls through Twilio: a message is read aloud and answered by keys."""
