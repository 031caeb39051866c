"""The terminal screens: all of Textual that the product knows."""
