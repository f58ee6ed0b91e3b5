"""The manual made from the running bot."""
