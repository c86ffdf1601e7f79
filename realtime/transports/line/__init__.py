"""LINE, through an official account of the installation."""
