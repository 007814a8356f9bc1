"""What the tests share: builders that tell the story."""
