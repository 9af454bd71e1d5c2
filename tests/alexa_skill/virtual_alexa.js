// Says sentences to a skill through virtual-alexa, which was made by others: node virtual_alexa.js URL MODEL SENTENCE…
// Prints a JSON object a line: what was said, what was answered as plain text, and whether the session ends.
"use strict";

const { VirtualAlexa } = require("virtual-alexa");

const [url, model, ...sentences] = process.argv.slice(2);
const WORDS = "zero one two three four five six seven eight nine ten".split(" ");
const TENS = { twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90 };

// Alexa sends numbers in digits; virtual-alexa leaves them as they were said.
function digits(text) {
  const tens = Object.keys(TENS).join("|");
  const ones = WORDS.join("|");
  return text
    .replace(new RegExp(`\\b(${tens}) (${ones})\\b`, "g"), (_, ten, one) => String(TENS[ten] + WORDS.indexOf(one)))
    .replace(new RegExp(`\\b(${tens})\\b`, "g"), (word) => String(TENS[word]))
    .replace(new RegExp(`\\b(${ones})\\b`, "g"), (word) => String(WORDS.indexOf(word)));
}

async function main() {
  const alexa = VirtualAlexa.Builder().skillURL(url).interactionModelFile(model).locale("en-US").create();
  for (const sentence of sentences) {
    const answer = await alexa.utter(digits(sentence));
    const speech = answer.response.outputSpeech.ssml.replace(/<[^>]+>/g, "").replace(/&amp;/g, "&");
    console.log(JSON.stringify({ said: sentence, speech, ends: answer.response.shouldEndSession }));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
