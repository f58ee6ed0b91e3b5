"""Meetings, the yearly duty to talk, and the talks themselves."""
