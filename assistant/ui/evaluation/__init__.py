"""The screen that measures understanding and conversations, and opens the figures to what is behind them."""
