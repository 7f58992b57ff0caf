"""What the bench of documents prints."""
