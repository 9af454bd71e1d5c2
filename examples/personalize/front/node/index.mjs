// The same as handler.py beside it, for Lambda's Node.js, which brings the SDK: GET /recommendations?user=586&n=10.
// CAMPAIGN_ARN, ORIGINS and PERSONALIZE_ENDPOINT_URL as there.

import { PersonalizeRuntimeClient, GetRecommendationsCommand } from "@aws-sdk/client-personalize-runtime";

const MOST = 500;
let client;

function runtime() {
  client ??= new PersonalizeRuntimeClient({
    endpoint: process.env.PERSONALIZE_ENDPOINT_URL || undefined,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
  });
  return client;
}

function answer(statusCode, body, origin) {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store", Vary: "Origin" };
  if (origin && (process.env.ORIGINS ?? "").split(",").includes(origin)) headers["Access-Control-Allow-Origin"] = origin;
  return { statusCode, headers, body: JSON.stringify(body) };
}

export async function handler(event) {
  const origin = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "origin")?.[1] ?? "";
  const { user = "", n = "10" } = event.queryStringParameters ?? {};
  if (user.length < 1 || user.length > 256) return answer(400, { message: "user must be the id of a person, of 1 to 256 characters." }, origin);
  if (!/^[0-9]{1,3}$/.test(n) || +n < 1 || +n > MOST) {
    return answer(400, { message: `n must be a whole number from 1 to ${MOST}, not '${n.slice(0, 20)}'.` }, origin);
  }
  try {
    const found = await runtime().send(
      new GetRecommendationsCommand({ campaignArn: process.env.CAMPAIGN_ARN, userId: user, numResults: +n }),
    );
    return answer(200, { user, items: found.itemList.map(({ itemId, score }) => ({ id: itemId, score: score ?? null })) }, origin);
  } catch (error) {
    const refused = error.$metadata?.httpStatusCode !== undefined;
    console.log(JSON.stringify({ [refused ? "refused" : "unreachable"]: error.name, says: error.message }));
    return refused
      ? answer(502, { message: "The list could not be had; the function's log says why." }, origin)
      : answer(504, { message: "Nobody answered in time; try again in a few seconds." }, origin);
  }
}
