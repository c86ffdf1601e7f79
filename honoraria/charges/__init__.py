"""What requesters are charged: their side of an activity, priced by tariffs of their own."""
