"""The JSON API of the knowledge app, one module for each subject."""
