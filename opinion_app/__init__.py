"""Public-opinion response tracking for township and county offices."""
