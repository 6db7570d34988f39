"""Keys that are not in a file: tokens, key services, the ssh-agent, the environment.

One file for each kind. What each needs is imported when it is opened, and not before.
"""
