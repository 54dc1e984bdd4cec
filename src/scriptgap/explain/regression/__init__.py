"""The regression: from counts of answers to effects, what they depend on, and what checks them."""
