"""The encoder: sizes, tokenizer, pretraining, distillation, checkpoints on disk, and how good they are."""
