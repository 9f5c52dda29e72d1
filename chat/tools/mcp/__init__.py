"""Tools of other programs, by MCP."""
