"""The stubs generated from the contract, for those who want them bare.

Beware: the messages print the secrets they carry, in `str` and in `repr`.
"""
