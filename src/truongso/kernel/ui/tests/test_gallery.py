"""The gallery is a tool for development and answers nobody else."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import RequestFactory, override_settings

from truongso.kernel.ui.gallery import gallery


def test_gallery_is_absent_outside_debug() -> None:
    with override_settings(DEBUG=False), pytest.raises(Http404):
        gallery(RequestFactory().get("/_ui/"))


def test_unknown_page_is_absent() -> None:
    with override_settings(DEBUG=True), pytest.raises(Http404):
        gallery(RequestFactory().get("/_ui/x/"), "x")
