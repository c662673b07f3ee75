"""Tasks of inventory."""
