"""The Compose door."""
