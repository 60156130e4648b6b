import { SIMULATED_POLICIES } from '../policies.js';
import type { PublishedResult, Reproduction } from '../published/published-result.js';
import { FULL } from '../scenarios/scale.js';
import { DOCS_SEED } from './judged-scenario.js';
import type { Loss } from './losses.js';
import { markdownTable } from './markdown-table.js';
import type { ScenarioEntry } from './scenario-entry.js';

/** A published result with the figures of each policy. */
export interface ReproducedResult extends Reproduction {
  readonly published: PublishedResult;
}

/** The page that shows how the policies fare. */
export function balancingPage(entries: readonly ScenarioEntry[], reproduced: readonly ReproducedResult[]): string {
  const losses = entries.flatMap((entry) => entry.losses);
  const sections = [
    introduction(),
    `## Where each policy loses\n\n${lossesByPolicy(losses)}`,
    `## The scenarios\n\n${entries.map(({ section }) => section).join('\n\n')}`,
    `## What others have published\n\n${publishedTable(reproduced)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function introduction(): string {
  const { pods, coresPerPod, clients, callsPerSecond, serviceMs, durationMs } = FULL;
  return `# Balancing policies in trouble

<!-- Written by \`npm run sim -- --docs\`: do not edit. -->

Every policy, in the same trouble, in virtual time: the [simulation](../simulation/README.md) runs the policies of \`@fairlead/core\`
themselves, with connections, deadlines, retries and a retry budget around them. Unless a scenario says otherwise, ${pods} pods
with ${coresPerPod} cores each stand in three zones, a call takes ${serviceMs} ms of a core (median, lognormal), and ${clients} client processes, of which each sees
its own calls only, make ${callsPerSecond} calls per second together for ${durationMs / 1_000} s, so that half of all cores are busy. A call has a deadline of 1 s, may
make three attempts, and the budget allows further attempts for 20 % of the calls and 10 per second. News of the endpoints takes
50 to 500 ms to each client. All figures are of seed ${DOCS_SEED}: \`npm run sim -- --scenario slow-pod --seed 2\` shows others.

A call that failed counts in the percentiles as long as its deadline. _max/mean in flight_: the most calls that any pod had at
a time, by the mean over all pods and the whole time. _max/min share_: attempts of the busiest pod by those of the idlest, of the pods
that were there all the time. _ejections_: how often a client's policy took a pod out because of its answers.

| policy | configured as | what it does not know |
| --- | --- | --- |
${SIMULATED_POLICIES.map(({ name, config, blindSpot }) => `| \`${name}\` | \`${configOf(config)}\` | ${blindSpot} |`).join('\n')}`;
}

function configOf(config: (typeof SIMULATED_POLICIES)[number]['config']): string {
  return JSON.stringify(config({ index: 0, count: FULL.clients, zone: 'a' }));
}

function lossesByPolicy(losses: readonly Loss[]): string {
  const rows = SIMULATED_POLICIES.map(({ name }) => {
    const own = losses.filter(({ policy }) => policy === name);
    const list = own.map(({ scenario, figure }) => `[${scenario}](#${scenario}): ${figure}`).join('<br>');
    return `| \`${name}\` | ${list === '' ? 'nowhere clearly' : list} |`;
  });
  return `A policy is listed where it answers half a percent of the calls fewer than the best one, or else where its tail is twice as
long. All policies are compared, whatever they are made for.

| policy | loses in |
| --- | --- |
${rows.join('\n')}`;
}

function publishedTable(reproduced: readonly ReproducedResult[]): string {
  const rows = reproduced.flatMap((each) =>
    each.published.claims.map(({ policy, published: theirs }) => [
      each.published.source,
      settingOf(each.published),
      `\`${policy}\``,
      theirs === '' ? '–' : theirs,
      figuresOf(each, policy),
    ]),
  );
  return markdownTable(['source', 'setting and figure', 'policy', 'published', 'here'], rows, 'left');
}

function settingOf({ setting, figure, beside }: PublishedResult): string {
  const second =
    beside === undefined ? '' : ` (in brackets: ${beside.figure}; the tests hold the first one to its bound)`;
  return `${setting}: ${figure}${second}`;
}

function figuresOf({ published, figures, beside }: ReproducedResult, policy: string): string {
  const first = published.format(figures.get(policy) ?? Number.NaN);
  if (published.beside === undefined) return first;
  return `${first} (${published.beside.format(beside.get(policy) ?? Number.NaN)})`;
}
