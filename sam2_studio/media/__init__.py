"""Decoding: from a file on this computer to upright, numbered, read-only frames; knows no networks, no masks, no Qt."""
