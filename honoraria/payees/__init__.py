"""Where money goes: bank accounts and tax status of volunteers, by the office and on the phone."""
