"""What deploying one cloud assembly over another would do, and each stack as text a reviewer can read."""
