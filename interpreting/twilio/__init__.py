"""What Twilio can do for an interpretation: TURN servers, video rooms, telephone calls.

All of it is off without keys and never used by the demo. Calls over the network happen outside of
transactions; `realtime.twilio_client` is the only way out.
"""
