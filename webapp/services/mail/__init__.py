"""Mail: put into the outbox by services, sent by the worker, looked up by admins (P4, D5).

    outbox.queue(MailKind.X, outbox.to_resource(resource), link=..., by=viewer, until=...)

in the transaction of what it is about: without its commit, nothing leaves. A new kind of mail is a member of
`MailKind`, a folder in `templates/mail/`, and its name in `reading.TITLES`; a test fails until all three exist.
"""
