"""Who is at the keyboard: passwords, second factors, passkeys, one-time links, and sessions."""
