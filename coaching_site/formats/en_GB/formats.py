"""How dates and times read on the desk: in British order, on a 24-hour clock, with the zone named."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i T"
