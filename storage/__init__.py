"""What the organisation records, and the rules those records obey. Imports nothing of the other packages."""
