"""Template tags of the memory's pages."""
