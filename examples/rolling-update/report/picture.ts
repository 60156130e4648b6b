import type { ScenarioRun } from '../scenario.js';
export async function renderPicture(_runs: readonly ScenarioRun[]): Promise<string> { return ''; }
