"""Withholding, remittance, payment records (支払調書) and statements for the payees."""
