"""Messages on their way out, each sent from a row."""
