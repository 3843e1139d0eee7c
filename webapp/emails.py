def normal_email(typed: str) -> str | None:
    return typed if "@" in typed else None


def email_key(email: str) -> str:
    return email.casefold()
