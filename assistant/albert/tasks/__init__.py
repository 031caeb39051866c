"""What ALBERT is known for: benchmark tasks and tasks of one's own, fine-tuned on one encoder through one loop."""
