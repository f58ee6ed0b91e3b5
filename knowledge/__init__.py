"""Policy documents in, cited answers out. Knows nothing of chat."""
