// Every word that the page shows, in English.
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

export const T = {
  product: "Slipway", skip: "Skip to the content", workloads: "Workloads", insight: "Insight",
  runs: "Runs", experiments: "Experiments", monitoring: "Monitoring", deployed: "Deployed",
  loading: "Loading …", yes: "Yes", no: "No", close: "Close", none: "none", all: "All workloads",
  cut: rest => `(${count(rest, "character", "characters")} more)`,
  trained: "trained", notTrained: "not trained", served: "served", environment: name => `Environment: ${name}`,
  welcome: "Choose a workload and try it.",
  welcomeMore: "Each has a form that its API's contract describes, filled with an example.",
  noWorkloads: "There is no list of workloads. Run make serve, and open the address that it prints.",
  broken: "This view failed. Reload the page; what failed is in the browser's console.",

  notServed: title => `The API of ${title} is not served. Run make serve.`,
  trainFirst: name => `${name} is not trained here. Run make train WORKLOAD=${name}, then make serve.`,
  signInFirst: "Sign in first.", signIn: "Sign in", signedIn: "Signed in", signInFailed: "The sign-in failed. Try again.",
  session: "Session", sessionNote: "What you enter stays in this page's memory until you close or reload it.",
  apiKey: "API key", accessKey: "Access key ID", secretKey: "Secret access key", sessionToken: "Session token (if any)",
  token: "Token (JWT)", useThese: "Use these", localKeys: "make serve takes dummy as both keys.",

  noAnswer: "No answer", unreachable: "The API cannot be reached, or this page's origin is not allowed.",
  tooSlow: limit => `The API did not answer within ${limit} seconds.`, tooLarge: "The answer has more than 8 MB.",
  notJson: "The answer is not JSON", status: code => `Status ${code}`, waiting: "Waiting for the answer …",
  stillWaiting: "Still waiting: the endpoint may be starting.",
  retryIn: left => left > 0 ? `Try again in ${left} s` : "Try again", retryAfter: all => `The API asks for a pause of ${all} s.`,

  form: "Form", csv: "CSV rows", row: "Row", predict: "Predict", reset: "Fill in the example", answer: "Answer",
  csvLabel: "Rows as CSV, without a header", csvHint: "Paste rows, or drop a file here.", csvFile: "Choose a file",
  csvLarge: "The file has more than 5 MB.", optional: "optional", answered: took => `Answered in ${took}`,
  predictions: number => count(number, "prediction", "predictions"), firstOf: (shown, all) => `The first ${shown} of ${all}.`,
  score: (name, value) => `${name}: ${value}`, raw: "Response as JSON", same: "The same call elsewhere", copy: "Copy", copied: "Copied",
  unreadable: "This contract has no list of rows; write the request's body as JSON.", bodyLabel: "Request body as JSON",

  translate: "Translate", sentences: "Sentences, one a line", translations: "Translations", emojiText: "A tweet",
  suggest: "Suggest emojis", recommended: "Recommended", notRecommended: "None is likely enough to be recommended.",
  truncated: "The tweet is long: the model read its beginning.", share: value => `${(value * 100).toFixed(1)} %`,
  typing: "The answer follows as you type.",

  series: "Series", day: "Forecast day", confidence: "Confidence", history: "History", missing: "Missing values",
  samples: "Show samples", weeks: " weeks", days: "", truth: "Truth", median: "Median", interval: "Interval", sample: "Sample",
  special: "Special days", noSpecial: "This series has no special days.", pasteSeries: "Your own series",
  pasteHint: "Numbers with commas or line ends between them; an empty place is a missing value.", startLabel: "Time of the first value",
  useSeries: "Use this series", exampleSeries: "Example of the contract", ownSeries: "Pasted series", time: "Time",
  noSeries: "There are no recorded series here, so the contract's example is shown.",
  forecastChart: name => `Forecast of ${name}`, badSeries: "Expected at least 12 numbers.",
  drawn: (took, drawing) => `Answered in ${took}, drawn in ${drawing}.`,

  workload: "Workload", started: "Started (UTC)", took: "Took", statusTitle: "Status", steps: "Steps", name: "Name",
  noRuns: "There are no runs yet. Run make train WORKLOAD=churn.", run: name => `Run ${name}`, graph: "Steps of the run",
  live: "Live: this view follows the run.", parameters: "Parameters", metrics: "Metrics", failure: "Why it failed",
  compare: "Compare", compareWith: "Compare with", first: "First run", second: "Second run", difference: "Difference", nothing: "nothing",
  state: (name, status, took) => `${name}: ${status}${took ? `, ${took}` : ""}`, reused: "reused",

  noTrials: name => `There are no jobs of ${name} with parameters and metrics. Run make train WORKLOAD=${name}.`,
  dataType: "Data type", chartType: "Chart type", x: "X axis", y: "Y axis", color: "Color", summary: "summary statistics",
  timeSeries: "time series", scatter: "scatter plot", histogram: "histogram", byMinute: "histogram by minute",
  noValues: "No job has these values. Choose others.", components: "Trial components", chart: "Chart",
  point: (name, x, vx, y, vy) => `${name}: ${x} ${vx}, ${y} ${vy}`, bin: (from, to, number) => `${from} to ${to}: ${number}`, jobs: "jobs",

  noReports: name => `There is no report on ${name}. Run .venv/bin/slipway monitor ${name} after some requests.`,
  baseline: "Baseline", captured: "Captured", violations: "Violations", noViolations: "No violations.", feature: "Feature",
  distance: "Distance", threshold: "Threshold", report: "Report of", rowsRead: "Rows", overTime: "Data quality over time",
  check: "Check", description: "What was found", features: "Features", type: "Type", mean: "Mean", missingCells: "Missing",
  noBaseline: "no values", onlyOne: "One report so far; the next one makes a line.",

  endpoints: "Endpoints", apis: "APIs", alarms: "Alarms", cost: "Cost a month", rehearsal: "Last rehearsal", images: "Images",
  noDeployed: "Nothing is known of what is deployed. Run make serve.", noEndpoints: "There are no endpoints.",
  noCost: "There is no estimate. Run make cost.", noRehearsal: "There is no rehearsal. Run make rehearse.",
  endpoint: "Endpoint", variant: "Variant", version: "Version", image: "Image", address: "Address", container: "Container",
  alarm: "Alarm", metric: "Metric",
};
