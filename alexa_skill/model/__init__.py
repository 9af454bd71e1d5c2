"""The interaction model: what people may say to the skill, for every English that it speaks, and the package that Amazon takes.

`python -m alexa_skill.model --titles FILE --output DIR` writes it. Nothing here runs while the skill answers.
"""
