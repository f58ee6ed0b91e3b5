"""Every sentence reminders and notices say, as TOML."""
