"""Forms: one class per tab of a dialog, fields in the order users see them."""
