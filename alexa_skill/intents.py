"""The names of what can be said and of the values inside it, as the interaction model and the conversation share them."""

from __future__ import annotations

# Table I of the report that the skill follows; these two names, and ID and Amount, are those of its published model.
REQUEST = "getFunc"
SUBMIT = "getID"
ID, AMOUNT = "ID", "Amount"

NUMBER_ALONE = "SayNumber"  # "seven": whatever was asked decides what it means
PICK = "PickMovie"
ABOUT = "AboutMovie"
WHY = "WhyThisMovie"
LIKE = "MoreLikeThis"
POSITION, NUMBER, TITLE = "Position", "Number", "Title"  # which film: "the second one", "number two", "Heat"

BY_GENRE = "MoviesByGenre"
BY_DECADE = "MoviesByDecade"
BY_MOOD = "MoviesByMood"
GENRE, DECADE, MOOD = "Genre", "Decade", "Mood"
POPULAR = "PopularMovies"
SURPRISE = "SurpriseMe"
MY_LIST = "MyList"

LINK = "LinkProfile"
UNLINK = "ForgetMe"
WHO = "WhoAmI"
CODE = "Code"
RATE = "RateMovie"
SEEN = "SeenMovie"
HIDE = "NotInterested"
SAVE = "AddToWatchlist"
UNSAVE = "RemoveFromWatchlist"
WATCHLIST = "ReadWatchlist"
UNDO = "TakeItBack"
SAY_YEAR = "SayYear"
STARS, YEAR = "Stars", "Year"
ONE_BY_ONE = "OneByOne"

HELP, STOP, CANCEL, HOME = "AMAZON.HelpIntent", "AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent"
NEXT, PREVIOUS, MORE = "AMAZON.NextIntent", "AMAZON.PreviousIntent", "AMAZON.MoreIntent"
REPEAT, START_OVER = "AMAZON.RepeatIntent", "AMAZON.StartOverIntent"
YES, NO, FALLBACK = "AMAZON.YesIntent", "AMAZON.NoIntent", "AMAZON.FallbackIntent"

SLOTS: dict[str, tuple[str, ...]] = {
    REQUEST: (),
    SUBMIT: (ID, AMOUNT),
    NUMBER_ALONE: (NUMBER,),
    PICK: (POSITION, NUMBER, TITLE),
    ABOUT: (POSITION, NUMBER, TITLE),
    WHY: (POSITION, NUMBER, TITLE),
    LIKE: (POSITION, NUMBER, TITLE),
    BY_GENRE: (GENRE, DECADE),
    BY_DECADE: (DECADE,),
    BY_MOOD: (MOOD,),
    POPULAR: (),
    SURPRISE: (),
    MY_LIST: (),
    ONE_BY_ONE: (),
    LINK: (CODE,),
    UNLINK: (),
    WHO: (),
    RATE: (STARS, POSITION, NUMBER, TITLE),
    SEEN: (POSITION, NUMBER, TITLE),
    HIDE: (POSITION, NUMBER, TITLE),
    SAVE: (POSITION, NUMBER, TITLE),
    UNSAVE: (POSITION, NUMBER, TITLE),
    WATCHLIST: (),
    UNDO: (),
    SAY_YEAR: (YEAR,),
    **dict.fromkeys((HELP, STOP, CANCEL, HOME, NEXT, PREVIOUS, MORE, REPEAT, START_OVER, YES, NO, FALLBACK), ()),
}

# Slots that the skill asks for by themselves, and the intent that a bare answer belongs to.
ASKED_FOR = {ID: SUBMIT, AMOUNT: SUBMIT, CODE: LINK, STARS: RATE, YEAR: SAY_YEAR}
