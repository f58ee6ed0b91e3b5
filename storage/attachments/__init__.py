"""Files people send: typed by content, bounded, kept in a content-addressed folder outside the database."""
