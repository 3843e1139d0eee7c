"""Import and export: files of many records, under the same rules as one save (R5)."""
