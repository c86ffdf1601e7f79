"""Everything that changes a room or a seat; locked are the request, then the room, then the seat.

`common.lock_room` does so in this order; nobody who holds a room may lock a request afterwards.
"""
