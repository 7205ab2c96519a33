"""`verify`: the database as untrusted input, checked by `audit` with the domain's rules replayed."""
