"""The only door to apprise, which sends notices to the services that the operator's own settings name.

The library is an extra (``loopview[apprise]``) and imported when the first notice is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSING = "apprise is not installed: pip install 'loopview[apprise]'"


def send_notice(urls: Sequence[str], title: str, body: str) -> str:
    """Send one notice to every address; return what went wrong in one sentence, else ''. Never raises."""
    try:
        import apprise
    except ImportError:
        return MISSING
    try:
        sender = apprise.Apprise()
        wrong = [place for place, url in enumerate(urls, start=1) if not sender.add(url)]
        if wrong:  # an address may hold a password: its place says which it is
            return f"alert_urls: apprise does not know number {', '.join(map(str, wrong))}"
        sent = sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 - a hundred services, each with failures of its own
        return f"apprise failed: {type(error).__name__}"
    return "" if sent else "apprise could not send the notice to every address"
