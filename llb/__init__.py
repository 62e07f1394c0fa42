"""Learning to Learn Better for video object segmentation: models, engine, training, evaluation."""
