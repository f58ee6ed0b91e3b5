"""Texts of the bot as data."""
