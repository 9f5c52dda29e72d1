"""Plans and does the forgetting of facts, entities, messages, days and everything."""
