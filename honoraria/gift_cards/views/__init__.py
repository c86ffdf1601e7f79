"""The office's pages about gift cards: the box, the register, handing out, counting."""
