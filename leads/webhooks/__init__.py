"""Calls to other programs that are told of bookings: what they say, how they are signed, how they go out."""
