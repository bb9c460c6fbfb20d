"""sam2_studio: cut subjects out of pictures and clips. Importing it loads neither Qt nor torch."""

__version__ = "0.1.0"
