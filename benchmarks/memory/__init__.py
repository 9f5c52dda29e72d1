"""How well, and how fast, the memory finds what was said."""
