"""What a user corrects and answers on pages."""
