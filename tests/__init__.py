"""The tests of Tsunagi."""
