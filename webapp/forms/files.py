"""Files that are sent with a form (S7, S8)."""

from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from webapp import uploads
from webapp.forms.fields import Field
from webapp.i18n import _, _n
from webapp.uploads import Refusal, Unfit, Upload


class Files(Field):
    """Some files at a time: the value is a list of uploads that may be kept.

    Browsers send them once: a form that is refused says that they are to be chosen again.
    """

    kind = "files"
    accept = ",".join(f".{extension}" for extension in uploads.KINDS)
    empty: Any = ()
    data: list[Upload]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors, self.raw_data, self.data = [], None, []
        self.object_data: Any = []
        sent = [one for one in request.files.getlist(self.name) if one.filename] if formdata is not None else []
        if len(sent) > uploads.MAX_FILES:
            self.process_errors.append(
                _n("%(num)d fichier au plus à la fois.", "%(num)d fichiers au plus à la fois.", uploads.MAX_FILES)
            )
            return
        for one in sent:
            self._take(one)
        if sent:
            self.warnings = [_("Vos fichiers n’ont pas été gardés : choisissez-les de nouveau.")]

    def _take(self, sent: FileStorage) -> None:
        # A save that crossed another runs again, and reads again.
        sent.stream.seek(0)
        try:
            self.data.append(uploads.read(sent.filename or "", sent.stream.read(uploads.MAX_BYTES + 1)))
        except Refusal as refusal:
            self.process_errors.append(_sentence(refusal))

    def posted(self, value: Any) -> dict[str, list[str]]:
        return {self.name: []}


def _sentence(refusal: Refusal) -> str:
    """Say why a file is refused."""
    match refusal.why:
        case Unfit.EMPTY:
            return _("« %(name)s » est vide.", name=refusal.name)
        case Unfit.TOO_HEAVY:
            return _("« %(name)s » dépasse %(count)d Mo.", name=refusal.name, count=uploads.MAX_BYTES // (1024 * 1024))
        case Unfit.UNKNOWN:
            return _("« %(name)s » : ce type de fichier n’est pas accepté.", name=refusal.name)
        case Unfit.NOT_WHAT_IT_SAYS:
            return _("« %(name)s » ne contient pas ce que son nom annonce, ou est abîmé.", name=refusal.name)
