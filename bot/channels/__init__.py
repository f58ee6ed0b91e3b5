"""One file per channel: carry, never decide."""
