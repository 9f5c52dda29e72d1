"""What people say of themselves in German, as patterns."""
