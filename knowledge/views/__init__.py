"""The pages of the knowledge app, one module for each subject."""
