"""Access (접속): who may see and answer what from outside, without an account.

A mail carries a link with a token; whoever opens it is sent a six-digit code to the registered mailbox,
and the code opens a session. Proposers have a link of their own. Nothing of these secrets is stored: the
tables hold their SHA-256.
"""
