"""What people and other tools read: HTML, Markdown, SARIF, JSON, terminal."""
