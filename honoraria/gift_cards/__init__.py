"""The register of gift cards: stock, hand-out with receipt, spoilage, the monthly count."""
