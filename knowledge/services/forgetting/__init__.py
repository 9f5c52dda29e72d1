"""What the user wants gone is gone everywhere."""
