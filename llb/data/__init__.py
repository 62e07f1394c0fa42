"""Training data: the frame cache, and clips sampled from it."""
