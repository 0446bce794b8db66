"""Many hands on one calendar: real servers, real databases, several processes."""
