"""Asking for movies, saying who one is and how many they shall be, and coming back to the list."""

from __future__ import annotations

from alexa_skill.intents import AMOUNT, ID
from alexa_skill.model.ways import ways

REQUEST = ways(
    "request [some] movies",
    "recommend [me] [some] movies",
    "recommend [me] a movie",
    "recommend [me] something",
    "recommend something to watch",
    "(can|could) you recommend [me] (some movies|a movie|something)",
    "please recommend [me] [some] movies",
    "suggest (some movies|a movie|something|something to watch)",
    "i want [some] movies",
    "i want [some] movie recommendations",
    "i want a recommendation",
    "i want to (request movies|watch a movie|watch something|see a movie)",
    "(i would like|i'd like) (some movies|a movie recommendation|some recommendations|to watch a movie)",
    "i need (a movie|something to watch|a recommendation)",
    "(i am|i'm) looking for (a movie|something to watch)",
    "give me (some movies|a recommendation|some recommendations|movie recommendations)",
    "get me some movies",
    "show me some movies",
    "find me (a movie|some movies|something to watch)",
    "help me (find|choose|pick) a movie",
    "tell me what to watch",
    "what (should|can|could) i watch",
    "what should (i|we) watch (tonight|today)",
    "what should we watch",
    "what (do|would|can) you recommend",
    "what do you suggest",
    "what (is there|is good) to watch",
    "what movies do you have for me",
    "do you have (any recommendations|something for me|movies for me)",
    "[movie] recommendations [please]",
    "let's watch a movie",
    "let's find a movie",
)

# Two numbers never stand side by side, nor with "and" alone between them: "a hundred and five" would be cut in two.
_ID = "my (id|number|user id|id number|user number) is {ID}"
_AMOUNT = "{Amount} movies"
SUBMIT = ways(
    f"{_ID} and i want {_AMOUNT}",
    f"my (id|number) is {{ID}} and (i would like|i'd like|i need|please give me|recommend me|tell me) {_AMOUNT}",
    f"my (id|number) is {{ID}} (i want|give me|please recommend) {_AMOUNT}",
    "my id is {ID} and i want {Amount} (movie|of them)",
    "my id is {ID} and the amount is {Amount}",
    f"my i. d. is {{ID}} and i want {_AMOUNT}",
    f"(i am|i'm) (number|user|viewer) {{ID}} and i want {_AMOUNT}",
    "id {ID} amount {Amount}",
    f"[the] id is {{ID}} and i want {_AMOUNT}",
    f"i want {_AMOUNT} and my (id|number) is {{ID}}",
    f"i want {_AMOUNT} my id is {{ID}}",
    f"{_AMOUNT} and my id is {{ID}}",
    f"(i want|give me|recommend|read me) {_AMOUNT} for (id|user|viewer|number) {{ID}}",
    f"{_AMOUNT} for (id|user|viewer|number) {{ID}}",
    # the id alone
    _ID,
    "my i. d. is {ID}",
    "the id is {ID}",
    "(id|id number|user|user id|user number|viewer) {ID}",
    "(i am|i'm) (user|viewer|number) {ID}",
    "read the list of (user|viewer|number) {ID}",
    "it's for (user|viewer|number) {ID}",
    # how many alone
    f"{_AMOUNT} [please]",
    "{Amount} movie",
    f"(i want|i would like|i'd like|i need) {_AMOUNT}",
    "(i want|give me) {Amount} movie",
    f"(give me|recommend|recommend me|tell me|read me|show me|find me|let me hear) {_AMOUNT}",
    "the amount is {Amount}",
)

# Heard where the skill has just asked for the slot. A bare number is SayNumber's, which means the same then.
OF_SLOTS = {
    ID: ways("my (id|number|user id|id number|user number) is {ID}", "(id|user|viewer) {ID}", "(i am|i'm) (user|viewer|number) {ID}"),
    AMOUNT: ways("{Amount} movies [please]", "(i want|i'd like|give me|read me) {Amount} movies", "the amount is {Amount}"),
}

MY_LIST = ways(
    "[go|take me|bring me] back to my list",
    "(go|return) to my list",
    "my [own] list [please]",
    "(read|show|open|tell|repeat) [me] my list",
    "read my list again",
    "give me my list",
    "let me hear my list",
    "(i want|i'd like|i would like) (my list|to hear my list)",
    "(what is|what's) in my list",
    "what was on my list",
    "continue with my list",
    "my [own] movies",
    "(read|give|tell) me my movies",
    "what were my movies",
    "my recommendations",
    "(read|give) me my recommendations",
)
