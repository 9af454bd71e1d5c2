"""The manifest, skill.json: what the store shows, by which address the skill answers, and what Amazon's testers should know."""

from __future__ import annotations

from typing import Any

from alexa_skill.speech import LOCALES, speech_for

PUBLIC_NAME = "Matinee Movies"
ICONS = {"smallIconUri": "icon-108.png", "largeIconUri": "icon-512.png"}
KEYWORDS = ("movies", "films", "movie recommendations", "what to watch", "movie night", "cinema", "ratings")


def manifest(invocation_name: str, endpoint: str = "", privacy_policy: str = "") -> dict[str, Any]:
    """endpoint: the ARN of a function on Lambda, or the https address of a site's /alexa; empty while there is none yet.

    privacy_policy: the https address of a page that tells what is kept of people; empty while the skill is not published.
    """
    return {
        "manifest": {
            "manifestVersion": "1.0",
            "publishingInformation": {
                "locales": {locale: _shown(locale, invocation_name) for locale in LOCALES},
                "category": "MOVIE_INFO_AND_REVIEWS",
                "distributionMode": "PUBLIC",
                "isAvailableWorldwide": True,
                "testingInstructions": _how_to_test(invocation_name),
            },
            "privacyAndCompliance": {
                "allowsPurchases": False,
                "usesPersonalInfo": bool(privacy_policy),  # an Echo that is linked is kept with what its owner says of films
                "isChildDirected": False,
                "isExportCompliant": True,
                "containsAds": False,
                **({"locales": {locale: {"privacyPolicyUrl": privacy_policy} for locale in LOCALES}} if privacy_policy else {}),
            },
            "apis": {"custom": {**({"endpoint": _endpoint(endpoint)} if endpoint else {}), "interfaces": []}},
        }
    }


def _shown(locale: str, invocation_name: str) -> dict[str, Any]:
    films = speech_for(locale).films
    return {
        "name": PUBLIC_NAME,
        "summary": f"Hear the {films} that were chosen for you by your own ratings, and why.",
        "description": (
            f"Matinee reads you the list of {films} that it has made from your ratings on its website, best first. Say your ID and how "
            f"many you want, ten at most. Then ask about one of them, why it was chosen, or for more like it; or ask for {films} of a "
            "genre, a decade or a mood, for what is popular, or for a surprise. Your ID is your number on the website. Or link your "
            "profile by a code from the website: then no ID is needed, and you can say what you have seen, how many stars it gets, and "
            "what you want to see."
        ),
        "examplePhrases": [f"Alexa, open {invocation_name}", "my ID is 7 and I want 3 movies", "a comedy from the nineties"],
        "keywords": list(KEYWORDS),
        **{name: f"file://assets/images/{icon}" for name, icon in ICONS.items()},
    }


def _how_to_test(invocation_name: str) -> str:
    return (
        f"Say: Alexa, open {invocation_name}. Then: request movies. Then: my ID is 7 and I want 3 movies. The viewers of our data set "
        "have the numbers from 1 on; any of them will do as the ID. After the list: tell me about the first one; why this one; more like "
        "the second one; go back to my list. Without an ID: popular movies; a comedy from the nineties; something funny; surprise me. "
        "No account or device is needed for that. To link a profile, sign up on the website, open Settings and Echoes for a code, and say: "
        "link my profile; then the six digits. Then: I have seen it, four stars; undo that; add it to my list; forget me."
    )


def _endpoint(address: str) -> dict[str, str]:
    return {"uri": address, "sslCertificateType": "Trusted"} if address.startswith("https://") else {"uri": address}
