"""Other programs' tools: servers, connections, what users allow, what a turn may do with them."""
