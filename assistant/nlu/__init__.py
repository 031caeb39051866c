"""Text to Parse: training examples, words and tags, extractors that need no training, and the interpreter that answers."""
