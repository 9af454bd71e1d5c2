"""What Amazon Personalize would charge, and what runs instead: prices with their dates, bills of formulas, all in exact decimals."""
