"""What a new instance starts with: reference lists, countries and provinces."""
