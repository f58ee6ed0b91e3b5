"""What was said to the bot, forms in progress, questions asked."""
