"""Explain measured answers: accuracies, the script gap, what a hint changes, and the regression."""
