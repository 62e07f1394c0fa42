"""What is in view before anybody scrolls."""
