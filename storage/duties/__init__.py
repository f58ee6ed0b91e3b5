"""Duties besides the yearly talk: what has a deadline and is reminded of until it is done."""
