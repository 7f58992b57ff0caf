"""The portal: pages for whoever holds a document. Server-rendered, without scripts; GET changes nothing."""

from gongmun.portal.app import create

__all__ = ["create"]
