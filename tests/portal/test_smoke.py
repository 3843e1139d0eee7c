def test_pages(visitor, app):
    app.testing = True
    for u in (
        "/portal/",
        "/portal/coordinates",
        "/portal/coordinates/edit",
        "/portal/account",
        "/portal/account/password",
        "/portal/account/second-factor",
    ):
        visitor.get(u)
    visitor.get("/portal/team", status=404)
    visitor.get("/portal/nowhere", status=404)


def test_doors(stranger):
    for u in ("/portal/login", "/portal/forgotten"):
        stranger.get(u)
    stranger.get("/portal/password/x", status=410)
    stranger.get("/portal/nowhere", status=404)
