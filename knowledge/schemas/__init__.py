"""The shapes of the knowledge app's requests and answers, one module for each subject."""
