"""The cast and one object of each kind, for the city and for the other town, made when asked for.

Used by the access matrix: ``w.request`` belongs to the city (and was asked for by the school),
``w.foreign_request`` to the town. Add a property when a page needs another kind of object.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator

from accounts.codes import Purpose, issue_link
from accounts.models import ApiToken, Membership, Organization, User
from accounts.tokens import create_token
from dispatch.models import (
    Assignment,
    Desk,
    Offer,
    Operator,
    OperatorCall,
    OperatorService,
    Place,
    Request,
    RequestingBody,
    RequestSeries,
    SharingAgreement,
    Shift,
)
from interpreting.models import PhoneConference, PhoneLeg, Receipt, Report, Room, Seat
from interpreting.rooms.actions.rooms import open_room
from interpreting.rooms.actions.seats import invite, seat_desk
from realtime.models import Inbound, Message
from tests import factories
from tests.volunteers.applying import waiting
from tests.world_of_money import Money
from volunteers.actions.importing import start_import
from volunteers.applications.staying_links import stay_token
from volunteers.models import (
    Application,
    ApplicationDocument,
    AvailabilityException,
    ImportRun,
    Training,
    Volunteer,
)


class World(Money):
    """City and town; every property is made on first use."""

    def __init__(
        self,
        people: dict[str, User],
        *,
        city: Organization,
        town: Organization,
        school: RequestingBody,
        hana: Volunteer,
        minh: Volunteer,
    ) -> None:
        self.people = people
        self.city, self.town, self.school = city, town, school
        self.hana, self.minh = hana, minh

    # a volunteer's own settings ------------------------------------------------------------------
    @cached_property
    def day_off(self) -> AvailabilityException:
        return self.hana.exceptions.create(first_day=factories.TODAY, last_day=factories.TODAY)

    @cached_property
    def minhs_day_off(self) -> AvailabilityException:
        return self.minh.exceptions.create(first_day=factories.TODAY, last_day=factories.TODAY)

    @cached_property
    def training(self) -> Training:
        return self.hana.trainings.create(name="医療通訳研修")

    @cached_property
    def minhs_training(self) -> Training:
        return self.minh.trainings.create(name="医療通訳研修")

    @cached_property
    def foreign_training(self) -> Training:
        return self.foreign_volunteer.trainings.create(name="医療通訳研修")

    @cached_property
    def passkey(self) -> Authenticator:
        return _passkey(self.hana)

    @cached_property
    def minhs_passkey(self) -> Authenticator:
        return _passkey(self.minh)

    # people and access ---------------------------------------------------------------------------
    @cached_property
    def member(self) -> Membership:
        """A further coordinator of the city."""
        return factories.MembershipFactory(organization=self.city)

    @cached_property
    def foreign_member(self) -> Membership:
        return factories.MembershipFactory(organization=self.town)

    @cached_property
    def token(self) -> ApiToken:
        return create_token(self.member, "city", by=None, at=factories.NOW)[0]

    @cached_property
    def foreign_token(self) -> ApiToken:
        return create_token(self.foreign_member, "town", by=None, at=factories.NOW)[0]

    @cached_property
    def invitation(self) -> str:
        return issue_link(self.member.user, Purpose.INVITE, at=factories.NOW)

    @cached_property
    def sign_in_link(self) -> str:
        assert self.hana.user
        return issue_link(self.hana.user, Purpose.LINK, at=factories.NOW, subject=self.hana.key)

    @cached_property
    def demo_link(self) -> str:
        return issue_link(self.member.user, Purpose.DEMO, at=factories.NOW)

    @cached_property
    def outsider_passkey(self) -> Authenticator:
        """A security key of somebody whom nobody of the cast is."""
        return Authenticator.objects.create(
            user=self.foreign_member.user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "key", "credential": {}},
        )

    # register ------------------------------------------------------------------------------------
    @cached_property
    def foreign_volunteer(self) -> Volunteer:
        return factories.VolunteerFactory(organization=self.town)

    # dispatch ------------------------------------------------------------------------------------
    @cached_property
    def desk(self) -> Desk:
        return factories.DeskFactory(organization=self.city)

    @cached_property
    def foreign_desk(self) -> Desk:
        return factories.DeskFactory(organization=self.town)

    @cached_property
    def shift(self) -> Shift:
        """Hana sits at the city's desk on Tuesdays."""
        return factories.ShiftFactory(desk=self.desk, volunteer=self.hana)

    @cached_property
    def foreign_shift(self) -> Shift:
        return factories.ShiftFactory(desk=self.foreign_desk, volunteer=self.foreign_volunteer)

    @cached_property
    def operator(self) -> Operator:
        return factories.OperatorFactory(organization=self.city)

    @cached_property
    def foreign_operator(self) -> Operator:
        return factories.OperatorFactory(organization=self.town)

    @cached_property
    def operator_service(self) -> OperatorService:
        return factories.OperatorServiceFactory(operator=self.operator)

    @cached_property
    def operator_call(self) -> OperatorCall:
        """The desk is calling for the open request."""
        return self._operator_call(self.request, self.operator)

    @cached_property
    def foreign_operator_call(self) -> OperatorCall:
        return self._operator_call(self.foreign_request, self.foreign_operator)

    def _operator_call(self, request: Request, operator: Operator) -> OperatorCall:
        return OperatorCall.objects.create(
            request=request, operator=operator, dialled_at=factories.NOW
        )

    @cached_property
    def agreement(self) -> SharingAgreement:
        """The city may ask the volunteers of a third organization."""
        return factories.SharingAgreementFactory(borrower=self.city)

    @cached_property
    def foreign_agreement(self) -> SharingAgreement:
        return factories.SharingAgreementFactory(borrower=self.town)

    @cached_property
    def place(self) -> Place:
        return factories.PlaceFactory(organization=self.city)

    @cached_property
    def foreign_place(self) -> Place:
        return factories.PlaceFactory(organization=self.town)

    @cached_property
    def request(self) -> Request:
        """An open request of the school."""
        return factories.RequestFactory(organization=self.city, body=self.school)

    @cached_property
    def foreign_request(self) -> Request:
        return factories.RequestFactory(organization=self.town)

    @cached_property
    def series(self) -> RequestSeries:
        series = self._series(self.city)
        factories.RequestFactory(organization=self.city, body=self.school, series=series)
        return series

    @cached_property
    def foreign_series(self) -> RequestSeries:
        series = self._series(self.town)
        factories.RequestFactory(organization=self.town, series=series)
        return series

    @cached_property
    def offer(self) -> Offer:
        """Hana is asked for the open request."""
        return factories.OfferFactory(request=self.request, volunteer=self.hana)

    @cached_property
    def minhs_offer(self) -> Offer:
        return factories.OfferFactory(request=self.request, volunteer=self.minh)

    @cached_property
    def foreign_offer(self) -> Offer:
        return factories.OfferFactory(
            request=self.foreign_request, volunteer=self.foreign_volunteer
        )

    @cached_property
    def assignment(self) -> Assignment:
        """Hana goes to a filled request of the school."""
        return self._assignment(self.city, self.hana, body=self.school)

    @cached_property
    def minhs_assignment(self) -> Assignment:
        return self._assignment(self.city, self.minh, body=self.school)

    @cached_property
    def foreign_assignment(self) -> Assignment:
        return self._assignment(self.town, self.foreign_volunteer)

    @cached_property
    def call(self) -> Message:
        """Hana has to be telephoned."""
        return factories.MessageFactory(recipient=self.hana.key, organization_id=self.city.pk)

    @cached_property
    def fax_call(self) -> Message:
        """The same for somebody with a FAX."""
        Volunteer.objects.filter(pk=self.hana.pk).update(fax="+81426123456")
        return self.call

    @cached_property
    def foreign_call(self) -> Message:
        return factories.MessageFactory(
            recipient=self.foreign_volunteer.key, organization_id=self.town.pk
        )

    @cached_property
    def text(self) -> Inbound:
        """Hana wrote something that a person has to read."""
        return factories.InboundFactory(
            recipient=self.hana.key, organization_id=self.city.pk, state="unclear"
        )

    @cached_property
    def foreign_text(self) -> Inbound:
        return factories.InboundFactory(
            recipient=self.foreign_volunteer.key, organization_id=self.town.pk, state="unclear"
        )

    # rooms ---------------------------------------------------------------------------------------
    @cached_property
    def room(self) -> Room:
        """An open room of the city's open request; nobody is in it."""
        return open_room(self.request, by=None, at=factories.NOW)

    @cached_property
    def foreign_room(self) -> Room:
        return open_room(self.foreign_request, by=None, at=factories.NOW)

    @cached_property
    def guest_seat(self) -> Seat:
        """The resident is invited into the city's room; ``guest_link`` is the secret."""
        return self._guest[0]

    @cached_property
    def guest_link(self) -> str:
        return self._guest[1]

    @cached_property
    def _guest(self) -> tuple[Seat, str]:
        return invite(self.room, "resident", by=self.people["coordinator"], at=factories.NOW)

    @cached_property
    def desk_seat(self) -> Seat:
        """Where the city's coordinator sits."""
        return seat_desk(self.room, self.people["coordinator"], at=factories.NOW)

    @cached_property
    def foreign_desk_seat(self) -> Seat:
        return seat_desk(self.foreign_room, self.people["outsider"], at=factories.NOW)

    @cached_property
    def foreign_guest_seat(self) -> Seat:
        by = self.people["outsider"]
        return invite(self.foreign_room, "resident", by=by, at=factories.NOW)[0]

    # three-way telephone calls --------------------------------------------------------------------
    @cached_property
    def phone_leg(self) -> PhoneLeg:
        """The desk calls a resident."""
        return _phone_leg(self.assignment.request)

    @cached_property
    def foreign_phone_leg(self) -> PhoneLeg:
        return _phone_leg(self.foreign_assignment.request)

    # lists ---------------------------------------------------------------------------------------
    @cached_property
    def import_run(self) -> ImportRun:
        return self._import_run(self.city)

    @cached_property
    def foreign_import_run(self) -> ImportRun:
        return self._import_run(self.town)

    # applications --------------------------------------------------------------------------------
    @cached_property
    def application(self) -> Application:
        self.city.takes_applications = True
        self.city.save(update_fields=["takes_applications"])
        return waiting(self.city, factories.NOW)

    @cached_property
    def foreign_application(self) -> Application:
        return waiting(self.town, factories.NOW)

    @cached_property
    def renewal(self) -> Application:
        whose = {"volunteer": self.hana, "name": self.hana.name}
        return waiting(self.city, factories.NOW, kind="renewal", **whose)

    @cached_property
    def foreign_renewal(self) -> Application:
        whose = {"volunteer": self.foreign_volunteer, "name": self.foreign_volunteer.name}
        return waiting(self.town, factories.NOW, kind="renewal", **whose)

    @cached_property
    def document(self) -> ApplicationDocument:
        return _document(self.application)

    @cached_property
    def foreign_document(self) -> ApplicationDocument:
        return _document(self.foreign_application)

    @property
    def stay_token(self) -> str:
        self.hana.stay_asked_at = factories.NOW
        self.hana.save(update_fields=["stay_asked_at"])
        return stay_token(self.hana)

    # reports and money ---------------------------------------------------------------------------
    @cached_property
    def report(self) -> Report:
        return factories.ReportFactory(assignment=self.assignment)

    @cached_property
    def foreign_report(self) -> Report:
        return factories.ReportFactory(assignment=self.foreign_assignment)

    @cached_property
    def receipt(self) -> Receipt:
        return _receipt(self.report)

    @cached_property
    def foreign_receipt(self) -> Receipt:
        return _receipt(self.foreign_report)

    def _series(self, organization: Organization) -> RequestSeries:
        return RequestSeries.objects.create(
            organization=organization, every="week", count=2, created_at=factories.NOW
        )

    def _import_run(self, organization: Organization) -> ImportRun:
        member = organization.memberships.filter(role="coordinator").first()
        return start_import(
            organization,
            content="氏名,電話\n山田花子,090-1234-5678\n".encode(),
            file_name="名簿.csv",
            by=member.user if member else self.people["outsider"],
            at=factories.NOW,
        )

    def _assignment(
        self, organization: Organization, volunteer: Volunteer, **fields: Any
    ) -> Assignment:
        request = factories.RequestFactory(organization=organization, status="filled", **fields)
        return factories.AssignmentFactory(request=request, volunteer=volunteer)


def _phone_leg(request: Request) -> PhoneLeg:
    conference = PhoneConference.objects.create(
        organization=request.organization, request=request, carrier="hand", name=f"c{request.pk}",
        language="vi", opened_at=factories.NOW,
    )  # fmt: skip
    return PhoneLeg.objects.create(
        conference=conference, role="resident", token=f"l{request.pk}", number="+819011112222",
        created_at=factories.NOW,
    )  # fmt: skip


def _passkey(volunteer: Volunteer) -> Authenticator:
    return Authenticator.objects.create(
        user=volunteer.user, type=Authenticator.Type.WEBAUTHN, data={"name": "スマートフォン"}
    )


def _document(application: Application) -> ApplicationDocument:
    return ApplicationDocument.objects.create(
        application=application,
        title="証明書",
        file_name="証明書.pdf",
        content_type="application/pdf",
        content=b"%PDF-1.4",
        created_at=factories.NOW,
    )


def _receipt(report: Report) -> Receipt:
    return Receipt.objects.create(
        report=report, content=b"jpeg", sha256="0" * 64, uploaded_at=factories.NOW
    )
