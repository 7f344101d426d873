"""Outlines, compressed once and kept for ever."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask.testing import FlaskClient


class TestOutlines:
    ADDRESS = "/areas/community-0123456789abcdef.geojson"

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")],
    )
    def test_they_are_served_as_they_were_compressed(
        self, client: FlaskClient, outlines: bytes, accepted: str, encoding: str | None
    ) -> None:
        answer = client.get(self.ADDRESS, headers={"Accept-Encoding": accepted})
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
        assert answer.headers.get("Content-Encoding") == encoding
        assert unpack(answer.data) == outlines
        assert answer.mimetype == "application/geo+json"
        assert "Accept-Encoding" in answer.headers["Vary"]

    @pytest.mark.usefixtures("outlines")
    def test_they_may_be_kept_for_ever(self, client: FlaskClient) -> None:
        answer = client.get(self.ADDRESS)
        kept = answer.headers["Cache-Control"]
        assert "immutable" in kept
        assert "public" in kept
        assert "max-age=31536000" in kept
        held = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(self.ADDRESS, headers=held).status_code == 304

    @pytest.mark.usefixtures("outlines")
    @pytest.mark.parametrize(
        "name",
        [
            "community-ffffffffffffffff.geojson",
            "community-0123456789abcdef.geojson.gz",
            "../status.json",
            "..%2fstatus.json",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "community-0123456789abcdef.geojson%00.txt",
            "/etc/passwd",
        ],
    )
    def test_nothing_else_in_the_folder_or_outside_is_served(
        self, client: FlaskClient, name: str
    ) -> None:
        assert client.get(f"/areas/{name}").status_code == 404
