"""From a question to memories."""
