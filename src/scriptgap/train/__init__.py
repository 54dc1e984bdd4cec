"""`train`: fine-tune a model on the samples of `synthesize`, with TRL and PEFT."""
