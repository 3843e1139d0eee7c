"""What helps to develop the application and is no part of it."""
