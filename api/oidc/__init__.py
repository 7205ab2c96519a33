"""Staff sign in with their office's identity provider: OpenID Connect, for accounts that were mapped beforehand."""
