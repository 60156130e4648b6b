import type { DemoResult } from '../measure.js';
import type { ScenarioRun } from '../scenario.js';
export async function renderReport(_runs: readonly ScenarioRun[], _results: readonly DemoResult[], _facts: object): Promise<string> { return ''; }
