"""English: every sentence that the Echo says. Table I's own are word for word; an example that is spoken is one the model understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alexa_skill import intents
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.state import Heard, State
from alexa_skill.titles import spoken, spoken_name, spoken_title
from recommender.domain import MovieDetails

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMBERS = ("no", "one", "two", "three", "four", "five")
GENRES = {  # as people say them of several films; others are said as "western movies"
    "Comedy": "comedies",
    "Drama": "dramas",
    "Documentary": "documentaries",
    "Musical": "musicals",
    "Mystery": "mysteries",
    "Romance": "romances",
    "Thriller": "thrillers",
    "Western": "westerns",
}
MOODS = {"family": "for the whole family"}  # that are not said as they are called
GENRE_NAMES = {"Sci-Fi": "science fiction", "Film-Noir": "film noir", "Children": "children's", "IMAX": "imax"}


@dataclass(frozen=True, slots=True)
class English:
    """film, films: the everyday words for them here. has_site: whether what only the site can give may be proposed.

    Sentences are plain text; those that keep the session open end with a question.
    """

    film: str = "movie"
    films: str = "movies"
    has_site: bool = True

    # Table I, word for word
    welcome = "Welcome to the movie recommendation system. what can I do for you?"
    request = "Ok cool. Please tell me your ID and how many movies do you want?"
    goodbye = "Thank you for using the movie skill. See you next time!"

    # What Table I describes, in the words of the report's program
    no_record = "Thanks for using, but sorry, I can't find your record in the database, please visit our website first."
    at_most_ten = "Thanks for using, but sorry, you could just get 10 movies at most from Echo, please visit our website for more."
    not_above_zero = "Sorry, but both ID number and amount number should be larger than 0, please try again."

    def recommended(self, films: Sequence[Heard]) -> str:
        """Table I's list."""
        if len(films) == 1:
            return f"I would like to recommend you {spoken(films[0].movie)}. Enjoy yourself."
        return f"I would like to recommend you the following movies. {self.in_order(films, 0)} That's it. Enjoy yourself."

    def in_order(self, films: Sequence[Heard], first: int) -> str:
        """ "The fourth one is Heat, from 1995, and the fifth one is Fargo, from 1996." first: the place of the first of them, from 0."""
        named = [f"the {ORDINALS[first + place]} one is {spoken(film.movie)}" for place, film in enumerate(films)]
        text = named[0] if len(named) == 1 else f"{', '.join(named[:-1])}, and {named[-1]}"
        return f"T{text[1:]}."

    # Questions, each with what is said after a silence

    which_one = "Would you like to hear more about one of them?"
    about_it = "Would you like to hear more about it?"
    which_id = "What is your ID?"
    how_many = "How many movies do you want?"
    both_again = "What is your ID, and how many movies do you want?"
    what_next = "What would you like?"
    go_on = "Shall I go on?"
    why_it = "Would you like to know why I chose it?"
    popular_instead = "Shall I tell you what is popular instead?"
    another = "Shall I pick another one?"
    try_again = "Shall I try again?"
    about_another = "Would you like to hear more about another one?"
    which_then = "You can say the first one, or a title. Which one shall it be?"
    your_list = "Would you like to hear your list?"
    which_code = "Which six digits do you see?"

    @property
    def like_it(self) -> str:
        return f"Shall I find {self.films} like it?"

    def question(self, question: str) -> str:
        """The question itself, asked once more."""
        return {
            asked.ID_AND_AMOUNT: self.both_again,
            asked.ID: self.which_id,
            asked.AMOUNT: self.how_many,
            asked.WHICH_ONE: self.which_one,
            asked.WHICH_WHY: self.which_then,
            asked.WHICH_LIKE: self.which_then,
            asked.ABOUT_IT: self.about_it,
            asked.SURPRISED: self.about_it,
            asked.WHY_IT: self.why_it,
            asked.LIKE_IT: self.like_it,
            asked.MORE: self.go_on,
            asked.POPULAR: self.popular_instead,
            asked.ANOTHER: self.another,
            asked.AGAIN: self.try_again,
            asked.HOW_ABOUT: self.about_it,
            asked.NEW_LIST: self.your_list,
            asked.CODE: self.which_code,
            asked.UNLINK: self.shall_i_forget,
            asked.STARS: self.how_many_stars(""),
            asked.WHICH_SAID: self.which_then,
            asked.WHICH_YEAR: self.which_of_them,
        }.get(question, self.what_next)

    def question_of(self, state: State) -> str:
        """The open question once more, with what it is about."""
        return self.which_year(state.candidates) if state.asked == asked.WHICH_YEAR and state.candidates else self.question(state.asked)

    def reprompt(self, question: str) -> str:
        """What is said when nobody answers; it adds to the question how to answer it."""
        match question:
            case asked.ID_AND_AMOUNT:
                return f"You can say: my ID is 7 and I want 3 movies. Your ID is your number on our website. {self.both_again}"
            case asked.ID:
                return "Your ID is your number on our website. You can say: my ID is 7. What is your ID?"
            case asked.AMOUNT:
                return "You can say a number from one to ten. How many would you like?"
            case asked.WHICH_ONE | asked.WHICH_WHY | asked.WHICH_LIKE:
                return "You can say: tell me about the first one. Or say no, and I leave you to it. Which one would you like to hear about?"
            case asked.ABOUT_IT | asked.SURPRISED:
                return "Say yes, and I tell you what I know of it. Shall I?"
            case asked.WHY_IT:
                others = f" Or ask for {self.films} like this." if self.has_site else ""
                return f"Say yes, and I tell you what it has to do with you.{others} Shall I tell you why?"
            case asked.LIKE_IT:
                return "Say yes for more like it, or say: go back to my list. Shall I look for some?"
            case asked.MORE:
                return "Say next to hear the next three, or say a title to hear about it. Shall I go on?"
            case asked.POPULAR:
                return "Say yes to hear what most people like. It is the same for everyone. Shall I tell you?"
            case asked.ANOTHER:
                return "Say surprise me for another one, or say stop. Shall I pick another?"
            case asked.AGAIN:
                return "Say yes and I try once more, or say stop. Shall I?"
            case asked.HOW_ABOUT:
                return "You can say: I have seen it. Or say: not interested, or: next. Would you like to hear more about it?"
            case asked.NEW_LIST:
                return "Say yes, and I read the first three. If I got something wrong, say: undo that. Shall I read your list?"
            case asked.CODE:
                return "They stand on our website, under Settings and Echoes. Say them one by one. Which six digits do you see?"
            case asked.UNLINK:
                return "Say yes, and nobody hears your list here any more. Shall I forget you?"
            case asked.STARS:
                return "You can say: four and a half stars. Or say no, and it is seen without stars. How many stars would you give it?"
            case asked.WHICH_SAID:
                return "You can say: the first one. Or say no, and nothing is kept. Which one do you mean?"
            case asked.WHICH_YEAR:
                return "You can say its year, or say: the first one. Which one do you mean?"
        if not self.has_site:
            return f"You can say: my ID is 7 and I want 3 movies. Your ID is your number on our website. {self.what_next}"
        return f"You can say: request movies. Or ask for popular {self.films}, or for a comedy. {self.what_next}"

    # Help, and what was not understood

    def help(self, question: str) -> str:
        """Help where one is: the welcome with what can be done, or what can be answered now."""
        match question:
            case asked.ID_AND_AMOUNT:
                needed = f"I need the number that you have on our website, and how many {self.films} you want to hear, ten at most."
                return f"{needed} Say for example: my ID is 7 and I want 3 movies. {self.both_again}"
            case asked.ID:
                return f"I need the number that you have on our website. Say for example: my ID is 7. {self.which_id}"
            case asked.AMOUNT:
                return f"I can read you up to ten {self.films}, and the number alone is enough. {self.how_many}"
            case (
                asked.WHICH_ONE
                | asked.WHICH_WHY
                | asked.WHICH_LIKE
                | asked.ABOUT_IT
                | asked.WHY_IT
                | asked.LIKE_IT
                | asked.MORE
                | asked.SURPRISED
                | asked.ANOTHER
                | asked.HOW_ABOUT
            ):
                others = " Or say: more like the first one." if self.has_site else ""
                return (
                    f"You can say: tell me about the second one. Or ask: why this one?{others} "
                    f"Next goes on, previous goes back, and repeat says it again. {self.what_next}"
                )
        match question:
            case asked.CODE:
                return f"{self.how_to_link}"
            case asked.STARS:
                return (
                    f"You can give half a star to five, and halves too. Say for example: four and a half stars. {self.how_many_stars('')}"
                )
            case asked.WHICH_SAID | asked.WHICH_YEAR:
                return f"There are several {self.films} that it may be. You can say: the first one. {self.which_of_them}"
            case asked.UNLINK:
                return f"When I forget you, your ratings stay on our website. {self.shall_i_forget}"
            case asked.NEW_LIST:
                return f"Your list follows from all you have told me. You can say: undo that. {self.your_list}"
        others = " You can also say: popular movies, a comedy from the nineties, something funny, or surprise me." if self.has_site else ""
        return f"Welcome to the movie recommendation system. For your own list, say: request movies.{others} {self.what_next}"

    def help_for(self, name: str) -> str:
        """Help at the beginning, for whom the Echo speaks."""
        return (
            f"I speak for {spoken_name(name)}. For your list, say: my list. Of a {self.film} you can say: I have seen it, four stars. "
            f"Or: not interested, or: add it to my list. Take it back with: undo that. {self.what_next}"
        )

    def not_understood(self, times: int, question: str) -> str:
        """The first time short, the second time with examples, and from the third with a card; what was asked is asked again."""
        is_at_the_start = question == asked.WHAT_TO_DO
        if times <= 1:
            example = "You can say: request movies, or help. " if is_at_the_start else ""
            return f"Sorry, I didn't get that. {example}{self.question(question)}"
        if times == 2:
            example = "Say for example: my ID is 7 and I want 3 movies." if is_at_the_start else "Say help to hear what you can say."
            return f"I'm still not with you. {example} {self.question(question)}"
        return f"Sorry, I don't understand. I have sent your Alexa app a card with all that you can say. {self.question(question)}"

    @property
    def card_of_help(self) -> str:
        of_the_site = ("More like the first one", "A comedy from the nineties", "Something funny", "Popular movies")
        of_profiles = ("Link my profile", "I have seen it, four stars", "Not interested", "Add it to my list", "What's on my list")
        return "\n".join(
            (
                "You can say:",
                "Request movies",
                "My ID is 7 and I want 3 movies",
                "Tell me about the second one",
                "Why this one",
                *(of_the_site if self.has_site else ()),
                "Surprise me",
                "One by one",
                *(of_profiles if self.has_site else ()),
                "Go back to my list",
                "Next, previous, repeat, start over, stop",
            )
        )

    def no_such_place(self, n: int) -> str:
        """A film was picked by a place that the listing does not have."""
        return f"There are {n} of them. {self.which_then}" if n else self.nothing_named

    @property
    def nothing_named(self) -> str:
        return f"I have no list of {self.films} to go through right now. You can say: request movies. {self.what_next}"

    def unknown_title(self, title: str) -> str:
        return f"I don't know a {self.film} called {spoken_title(title)}. {self.what_next}"

    def too_many_strangers(self) -> str:
        before = "That was one number too many, so I look up no more of them now."
        return f"{before} Your number stands on our website. Please look it up there, and open me again."

    def one_number_more(self) -> str:
        return f"What is that number for? You can say: my ID is 7 and I want 3 movies. {self.both_again}"

    def yes_to_what(self) -> str:
        return f"Sorry, I am not sure what you said yes to. {self.what_next}"

    def card_of_list(self, user: int, films: str) -> str:
        """A list on its card. user: whose it is, 0 where the Echo is linked; films: a line each."""
        return f"For ID {user}\n{films}" if user else films

    def visit(self, address: str) -> str:
        """On the card of a number without a list. address: of the site, empty where it is not known."""
        return f"Your number and your list are on our website{f': {address}' if address else '.'}"

    # Listings

    def only(self, n: int) -> str:
        """Said before a list that is shorter than asked."""
        return f"I have only {'one' if n == 1 else n} for you."

    def intro(self, listing: str, *, personal: bool) -> str:
        """How a listing begins. listing: as State has it; personal: whether it was made for the person who speaks."""
        kind, _, what = listing.partition(":")
        for_whom = "for you" if personal else "that many people like"
        match kind:
            case "genre":
                return f"Here are {self.of_genre(what)} {for_whom}."
            case "mood":
                mood = MOODS.get(what, what)
                return f"Here is something {mood}, and for you." if personal else f"Here is something {mood}."
            case "decade":
                return f"Here are {self.films} from {what} {for_whom}."
            case "like":
                return f"People who like {what} also like these."
            case "popular":
                return f"These are popular {self.films}."
            case "watchlist":
                return "This is what you wanted to see, best first."
        return "Here is your list."

    def of_genre(self, genre: str) -> str:
        """ "comedies", "science fiction movies", and with a decade behind a bar "comedies from the nineties"."""
        name, _, decade = genre.partition("|")
        text = GENRES.get(name) or f"{GENRE_NAMES.get(name, name.lower())} {self.films}"
        return f"{text} from {decade}" if decade else text

    def nothing_of_the_kind(self) -> str:
        return f"Sorry, I know no such {self.films}. You can ask for another kind, for example something funny. {self.what_next}"

    @property
    def no_such_genre(self) -> str:
        return "Sorry, I don't know that kind. I know comedy, drama, thriller, horror, and more. Which kind would you like?"

    @property
    def no_such_decade(self) -> str:
        return f"Sorry, I don't know those years. You can say: {self.films} from the nineties. Which years would you like?"

    @property
    def no_such_mood(self) -> str:
        return "Sorry, I don't know that mood. You can say: something funny, or: something scary. What mood are you in?"

    only_one_of_them = "There is only one of them."
    that_was_the_last = "That was the last one."
    that_was_the_first = "These are the first ones."

    # One film

    def about(self, film: Heard, details: MovieDetails | None) -> str:
        """What is known of a film, in two or three sentences."""
        genres = [GENRE_NAMES.get(genre, genre.lower()) for genre in film.genres]
        kind = f" It is a mix of {_and(genres)}." if len(genres) > 1 else f" Its kind is {genres[0]}." if genres else ""
        text = f"{spoken(film.movie)}.{kind}"
        if details and details.mean_stars is not None:
            n, stars = details.n_ratings, _stars(details.mean_stars)
            text += f" One person gave it {stars}." if n == 1 else f" {n:,} people rated it, {stars} on average."
        if film.stars is not None:
            text += f" I think you would give it {_stars(film.stars)}."
        return text

    def why(self, film: Heard) -> str:
        return f"{spoken_title(film.title)}: {film.reason}"

    def no_reason(self, film: Heard) -> str:
        return f"I can name no rating of yours that led to {spoken_title(film.title)}."

    def like_reason(self, film: Heard, other: str) -> str:
        """Why a film is in a listing of films like another."""
        return f"People who like {other} like {spoken_title(film.title)} as well."

    def how_about(self, film: Heard) -> str:
        return f"How about {spoken(film.movie)}? {self.about_it}"

    def nothing_like(self, title: str) -> str:
        return f"I don't know what people who like {spoken_title(title)} like besides. {self.what_next}"

    # Whom the Echo speaks for

    link_first = "I can do that once I know for whom. Say: link my profile."
    how_to_link = "On our website, open Settings, then Echoes, and get a code. Say its digits one by one. Which six digits do you see?"
    six_digits = "A code has six digits."
    wrong_code = "That code is not good, or not any more: each works once, within ten minutes."
    full_house = "As many Echos are linked there as can be. On our website, under Settings and Echoes, take one away first."
    nobody_linked = "I speak for nobody here, so there is nothing to forget."
    speaking_for_nobody = "I speak for nobody yet. To change that, say: link my profile."
    forgotten = "Done, I have forgotten you. Your ratings remain on our website; under Settings you can delete them there."
    shall_i_forget = "Shall I forget you?"
    nothing_for_you = "I have no list for you yet. Rate a few of them on our website, please."

    def linked(self, name: str) -> str:
        return f"Linked. From now on I speak for {spoken_name(name)}."

    def speaking_for(self, name: str) -> str:
        return f"I speak for {spoken_name(name)}."

    def welcome_back(self, name: str) -> str:
        return f"Welcome back, {spoken_name(name)}."

    def shall_forget(self, name: str) -> str:
        return f"I speak for {spoken_name(name)}. Nobody could hear that list here any more. {self.shall_i_forget}"

    def too_often(self, seconds: int) -> str:
        """Too many codes were tried. seconds: to wait."""
        minutes = max(1, -(-seconds // 60))
        return f"That was tried too often in a short time. Please try again in {_counted(minutes, 'minute')}."

    def card_of_link(self, address: str) -> str:
        return f"Your code stands on our website, under Settings and Echoes{f': {address}' if address else '.'}"

    # What is said of a film

    no_such_stars = "Stars go from a half to five, in half steps."
    nothing_to_undo = "There is nothing to take back."
    nothing_saved = "There is nothing on your watchlist. You can say: add it to my list."
    which_of_them = "Which one do you mean?"

    @property
    def no_year_asked(self) -> str:
        return f"You can say: {self.films} from the nineties. {self.what_next}"

    def how_many_stars(self, title: str) -> str:
        """title: empty for the film that was just spoken of."""
        return f"How many stars would you give {spoken_title(title) if title else 'it'}?"

    def seen(self, title: str) -> str:
        return f"Ok, you have seen {spoken_title(title)}."

    def seen_already(self, title: str) -> str:
        """Asked for on the watchlist, which is for what was not seen."""
        return f"You have seen {spoken_title(title)} already, and your watchlist is for films you have not."

    def kept(self, intent: str, film: Heard, stars: float) -> str:
        """What was said of a film is kept. stars: 0 where none were given."""
        match intent:
            case intents.RATE:
                return f"{_given(stars).capitalize()} for {spoken(film.movie)}."
            case intents.HIDE:
                return f"Ok, no more of {spoken_title(film.title)}. If that was wrong, say: undo that."
            case intents.SAVE:
                return f"{spoken_title(film.title)} is on your watchlist."
            case intents.UNSAVE:
                return f"{spoken_title(film.title)} is off your watchlist."
        return self.seen(film.title)

    def as_before(self, title: str, stars: float) -> str:
        """Something was taken back. stars: those that the film has again; 0 for none."""
        again = f" {spoken_title(title)} has {_given(stars)} again." if stars else f" With {spoken_title(title)} all is as it was."
        return f"Taken back.{again}"

    def which_year(self, films: Sequence[Heard]) -> str:
        """Several films have the title."""
        years = [str(film.year) for film in films if film.year]
        return f"Do you mean the one from {', '.join(years[:-1])} or {years[-1]}?" if len(years) > 1 else self.which_of_them

    # What does not work just now

    @property
    def out_of_reach(self) -> str:
        return f"Sorry, I can't get at the {self.films} right now. {self.try_again}"

    @property
    def out_of_reach_again(self) -> str:
        return f"Sorry, I still can't get at the {self.films}. Please try again in a few minutes, or visit our website."

    @property
    def not_ready(self) -> str:
        return f"Sorry, your list is not ready right now, please visit our website first. {self.try_again}"

    not_ready_again = "Sorry, your list is still not ready, please visit our website in a few minutes."

    needs_site = "Sorry, that needs our website, and I was not told where it is."
    own_list = "I can read you your own list."

    apology = "Sorry, something went wrong on our side. Please open the movie skill again in a minute."


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _given(stars: float) -> str:
    """Stars that somebody gives, as they are said: "four and a half stars"."""
    whole, half = divmod(stars, 1)
    if not whole:
        return "half a star"
    return f"{NUMBERS[int(whole)]}{' and a half' if half else ''} star{'' if stars == 1 else 's'}"


def _stars(stars: float) -> str:
    text = f"{stars:.1f}".removesuffix(".0")
    return f"{text} star{'' if text == '1' else 's'}"
