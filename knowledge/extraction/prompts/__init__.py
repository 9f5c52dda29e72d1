"""What a model is asked: one file per question, with the model of its answer beside it.

Each file has a `prompt` function that makes the whole question; `prompt.py` holds what they share.
"""
