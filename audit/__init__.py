"""The formats and the checks of the ledger: copy this folder and you can verify.

Every module here reads bytes and numbers that it is given. None has a clock, randomness of its own,
an environment, a file or a socket, and none imports anything but the standard library and
`cryptography`. The one folder that writes is `audit/store`, which nothing here imports.
"""
