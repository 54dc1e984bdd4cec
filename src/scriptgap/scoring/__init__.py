"""Whether an answer is right: pure functions on texts."""
