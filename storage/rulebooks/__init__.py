"""When whom to remind, as data."""
