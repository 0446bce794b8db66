"""Who did what: each change by staff, with before and after, in a record that only grows."""
