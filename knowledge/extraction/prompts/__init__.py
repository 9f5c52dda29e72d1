"""What a model is asked: one file per question, with the model of its answer beside it."""
