"""How the memory is written, changed back and made anew."""
