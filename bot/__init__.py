"""Conversation: channels, router, forms, pages."""
