"""A40: no page of the product can be put into a frame, least of all a confirmation; the one that may shows and asks
nothing.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories
from tests.abuse.lists import pages
from tests.tenancy import walk
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.mark.once
def test_every_page_refuses_to_be_framed(school: School) -> None:
    faults = []
    with walk.quietly():
        answers = [(page.name, page.client.get(page.address)) for page in pages(school, factories.org_unit())[::4]]
        answers += [(path, Client().get(path)) for path in ("/dang-nhap", "/khong-co", "/p/khong-co", "/kiem-tra")]
    for name, answer in answers:
        policy = answer.headers.get("Content-Security-Policy", "")
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        if answer.headers.get("X-Frame-Options") != "DENY" or not ("frame-ancestors 'none'" in policy or is_file):
            faults.append((name, policy))
        said = answer.headers.get("X-Content-Type-Options"), answer.headers.get("Referrer-Policy")
        if said != ("nosniff", "same-origin"):  # ASVS 3.4.4, 3.4.5
            faults.append((name, str(said)))
    assert faults == []
    assert len(answers) > 30


def test_only_the_schools_own_website_may_frame_the_public_page(school: School, client: Client) -> None:
    School.objects.filter(pk=school.pk).update(
        has_public_page=True, support_contact="A", support_phone="02140000111", website="https://thu.example"
    )
    answer = client.get(f"/truong/{school.slug}/nhung")
    assert answer.status_code == 200
    ancestors = next(p for p in answer["Content-Security-Policy"].split("; ") if p.startswith("frame-ancestors"))
    assert set(ancestors.split(" ")[1:]) == {"https://thu.example", "https://www.thu.example"}
    text = answer.content.decode()
    assert "<form" not in text
    assert "<input" not in text
    assert client.get(f"/truong/{school.slug}")["X-Frame-Options"] == "DENY"
