"""Everything that changes a room or a seat; each action locks the room first.

Where an action needs the request as well, the request is locked before the room.
"""
