"""What happens by itself: planning reminders, delivering messages, reports."""
