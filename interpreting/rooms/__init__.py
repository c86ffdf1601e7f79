"""通訳ルーム: who may sit in a room, and how their browsers find each other. See docs/decisions."""
