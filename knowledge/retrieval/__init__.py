"""From a question to the memories that help to answer it."""
