"""The dialogue: events, the state folded from them, and the policies that choose the next action."""
