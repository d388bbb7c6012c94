"""From answers to a declaration: identity and phone are sealed, and nobody is looked up."""

from __future__ import annotations

from datetime import date, datetime

from fangpin.casework.declarations.acts import Declared, new_receipt, receive_declaration
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.registry.provisional import identity_reader
from fangpin.values.masks import mask_phone
from fangpin.web.ground.keys import IDENTITY, PHONE, DoorKeys, door_keys
from fangpin.web.ground.pack import installation_pack
from fangpin.web.public.draft import Draft


def received_before(draft: Draft) -> Declaration | None:
    """The declaration that these very answers made already; None: they were not sent yet."""
    return Declaration.objects.filter(key=draft.key).first()


def receive(draft: Draft, *, at: datetime, today: date) -> tuple[Declaration, bool]:
    """Keep the declaration under a new receipt; sent twice, the first receipt is the answer.

    The second value says whether it is new.
    """
    keys, receipt_no = door_keys(), new_receipt()
    row = receive_declaration(
        pack=installation_pack(),
        declared=Declared(
            division=draft.village,
            name=draft.name,
            masked_phone=mask_phone(draft.phone),
            phone_digest=keys.phone_digest(receipt_no, last_four(draft.phone)),
            sealed_phone=keys.seal(draft.phone, purpose=PHONE),
            identity_ref=_reference(keys, draft.identity, today),
            sealed_identity=keys.seal(draft.identity, purpose=IDENTITY),
            cause=draft.cause,
            text=draft.text,
            paper_sha256=draft.photo,
        ),
        receipt_no=receipt_no,
        at=at,
        key=draft.key,
    )
    return row, row.receipt_no == receipt_no


def last_four(phone: str) -> str:
    """The last four digits of a phone number."""
    return "".join(sign for sign in phone if sign.isdigit())[-4:]


def _reference(keys: DoorKeys, identity: str, today: date) -> int | None:
    """The number's reference by arithmetic alone: known or not, it takes the same."""
    read = identity_reader(installation_pack())
    if read is None:
        return None
    reading = read(identity or None, today=today)
    return keys.person_ref(reading.canonical) if reading.canonical else None
