"""How a public page leaves: made once, in every encoding, and the same for everyone.

front     answers from what is stored, before Django's handler, and stores what Django makes
entry     a page as it leaves: bytes, headers and ETags for each encoding, and until when it is true
store     entries in the memory of this process, bounded
files     the same as files, for nginx and for the other processes of this machine
version   the number that every change raises, in its own transaction
"""
