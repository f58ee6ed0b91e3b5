"""What a channel must remember between processes: tokens, uploaded files, updates whose files are to be fetched."""
