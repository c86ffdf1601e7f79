"""Pages of this app: settings for administrators, and the links that sign people in."""
