"""What strangers may send with the form of applicants: files that unfold, names that cannot be seen."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization
from tests.volunteers.applying import filled, picture, upload, waiting
from volunteers.actions.applications import sign_pledge
from volunteers.applications import documents, public_views
from volunteers.applications.documents import MOST, read_document
from volunteers.models import Application, ApplicationDocument

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(city: Organization, clock: object) -> str:
    """The form of an organization that takes applications."""
    city.takes_applications = True
    city.save()
    return reverse("volunteers:apply", args=[city.slug])


def test_a_small_file_that_unfolds_to_a_large_picture_is_never_unfolded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = io.BytesIO()
    Image.new("1", (7700, 7700)).save(made, "PNG")

    def unfold(*_anything: object) -> None:
        pytest.fail("the picture was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unfold)
    with pytest.raises(ActionError) as refused:
        read_document(upload(made.getvalue(), "a.png"))
    assert refused.value.code == "not_readable"
    assert not documents.ONE_AT_A_TIME.locked()


def test_of_many_files_no_more_than_five_are_looked_at(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(file: object) -> documents.Document:
        seen.append(file)
        return read_document(file)  # type: ignore[arg-type]

    monkeypatch.setattr(public_views, "read_document", look)
    files = [upload(picture("PNG"), f"{n}.png") for n in range(MOST + 3)]
    browser = Client()
    answer = browser.post(address, {**filled(save="1"), "documents": files})
    assert (answer.status_code, len(seen)) == (422, MOST)
    assert "書類は5件までです。" in answer.content.decode()
    browser.post(address, {**filled(save="1"), "documents": [upload(picture())]})
    assert (len(seen), ApplicationDocument.objects.count()) == (MOST, MOST)


def test_a_photo_with_an_odd_note_of_the_camera_is_not_readable_but_no_failure() -> None:
    whole = picture("JPEG", exif=True)
    start = whole.index(b"Exif\0\0") + 6
    said = set()
    for place in range(start, start + 60):
        for value in (0, 3, 5, 12, 255):
            odd = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                read_document(upload(odd, "a.jpg"))
            except ActionError as error:
                said.add(error.code)
    assert said == {"not_readable"}


def test_a_nul_is_refused_and_what_was_typed_stays(address: str) -> None:
    browser = Client()
    browser.post(address, filled(save="1"))
    assert browser.post(address, filled(go="1", name="a\0b")).status_code == 400
    assert browser.post(address, filled(go="1", **{"x\0y": "1"})).status_code == 400
    assert filled()["name"] in browser.get(address).content.decode()


@pytest.mark.parametrize("name", ["\u200b", "\u202e\u2066", "・・", "\u2060 \ufeff"])
def test_a_name_needs_something_that_can_be_read(address: str, name: str) -> None:
    assert Client().post(address, filled(go="1", name=name)).status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("山田\u202eABC", "山田ABC"),
        ("Lan\u200b Pham", "Lan Pham"),
        ("محمد\u200cرضا", "محمد\u200cرضا"),
    ],
)
def test_signs_that_turn_a_line_around_are_not_kept(address: str, typed: str, kept: str) -> None:
    assert Client().post(address, filled(go="1", name=typed)).status_code == 302
    assert Application.objects.get().name == kept


def test_signing_the_pledge_again_changes_nothing(city: Organization, now: datetime) -> None:
    application = waiting(city, now, state="screening")
    sign_pledge(application, signed_name="ファム ティ ラン", at=now)
    sign_pledge(application, signed_name="ﾌｧﾑﾃｨﾗﾝ", at=now)
    application.refresh_from_db()
    assert application.signed_name == "ファム ティ ラン"
    assert AuditEntry.objects.filter(verb="application.pledged").count() == 1


@pytest.mark.parametrize(
    "path", ["/feeds/%00.ics", "/apply/status/%00/", "/o/%00/", "/stay/%00/", "/apply/a%00b/"]
)
def test_an_address_that_no_row_can_have_is_not_there(path: str) -> None:
    assert Client(raise_request_exception=False).get(path).status_code == 404
    assert Client(raise_request_exception=False).post(path).status_code == 404
