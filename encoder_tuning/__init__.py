"""Fine-tunes the sentence encoder on the training authors; outside the product and its locks (`make train-encoder`)."""
