"""What admins change without a programmer: lists, fields and rules, with their history."""
