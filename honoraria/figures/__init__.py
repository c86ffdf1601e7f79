"""The dashboard: hours and cost by month, desk, language, field, tariff and programme."""
