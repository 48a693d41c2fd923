// Offers load by autocannon and judges every answer. Reads one JSON object from standard input:
//   url, headers, questions: [{body, golden}]: what is sent, and the answer that it has;
//   requests: about how many in all; rate: so many a second, or 0: as fast as answers come; connections: how
//   many, with a rate at most so many.
// Writes one JSON object: how many were sent and answered how, the same for the middle of the time, and
// the milliseconds that right answers took. A request that is not answered, or twice, is counted as such.
import { text } from "node:stream/consumers";
import autocannon from "autocannon";

// autocannon sends what a second allows at its beginning; so many generators, each a little later than the one
// before, make the rate even.
const GENERATORS = 20;
const PATIENCE_SECONDS = 30;
// autocannon renders the requests of each connection when it is opened: more of them would be the load.
const QUESTIONS_OF_A_CLIENT = 4;
const CLEAR = new Set([429, 503]);

const plan = JSON.parse(await text(process.stdin));
const events = [];
const late = [];
const waiting = new Map();
let twice = 0;

function judge(question, status, body, headers) {
  if (status === 200) return body === question.golden ? "right" : "wrong";
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (!CLEAR.has(status) || !names.has("retry-after") || !names.has("x-amzn-errortype")) return "unclear";
  return body.includes('"Message"') ? "refused" : "unclear";
}

function setUp(client, number) {
  const first = number * QUESTIONS_OF_A_CLIENT;
  const own = Array.from({ length: QUESTIONS_OF_A_CLIENT }, (_, next) => first + next);
  client.setRequests(own.map((index) => plan.questions[index % plan.questions.length]).map((question) => ({
    method: "POST",
    path: new URL(plan.url).pathname,
    headers: plan.headers,
    body: question.body,
    onResponse: (status, body, _, headers) => answered(number, judge(question, status, body, headers)),
  })));
  client.on("request", () => {
    waiting.set(number, performance.now());
    events.push([performance.now(), "sent"]);
  });
}

function answered(number, verdict) {
  const now = performance.now();
  if (!waiting.has(number)) twice += 1;
  else if (verdict === "right") late.push(now - waiting.get(number));
  waiting.delete(number);
  events.push([now, verdict]);
}

let clients = 0;

function generate(number) {
  // autocannon shares out the requests evenly and the rate in whole numbers: unless each connection gets the
  // same of both, the quicker ones are done early, and the rest offers less.
  const pace = Math.ceil(plan.rate / plan.connections);
  const connections = Math.ceil((pace ? plan.rate / pace : plan.connections) / generators);
  const options = {
    url: plan.url,
    connections,
    amount: Math.ceil(plan.requests / generators / connections) * connections,
    timeout: PATIENCE_SECONDS,
    setupClient: (client) => setUp(client, clients++),
  };
  if (pace) options.overallRate = connections * pace;
  return new Promise((resolve) => setTimeout(() => resolve(autocannon(options)), (number * 1000) / generators));
}

function count(from, to) {
  const found = { sent: 0, right: 0, refused: 0, unclear: 0, wrong: 0 };
  for (const [moment, what] of events) if (moment >= from && moment < to) found[what] += 1;
  return { seconds: (to - from) / 1000, ...found };
}

const generators = plan.rate ? GENERATORS : 1;
const results = await Promise.all(Array.from({ length: generators }, (_, number) => generate(number)));
const first = events[0][0];
const last = events[events.length - 1][0];
const margin = (last - first) / 5;
late.sort((one, other) => one - other);
console.log(JSON.stringify({
  all: count(first, last + 1),
  middle: count(first + margin, last - margin),
  errors: results.reduce((sum, result) => sum + result.errors, 0),
  twice,
  p50: late[Math.floor(late.length / 2)] ?? null,
  p99: late[Math.floor(late.length * 0.99)] ?? null,
}));
