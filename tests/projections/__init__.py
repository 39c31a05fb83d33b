"""What is folded and delivered, whatever the order of events."""
