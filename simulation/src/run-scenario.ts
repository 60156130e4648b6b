import { Engine, type TraceWriter } from './engine/engine.js';
import { createPolicy, type SimulatedPolicy } from './policies.js';
import { PodSampler } from './report/pod-sampler.js';
import { RunResult } from './report/run-result.js';
import type { Scale } from './scenarios/scale.js';
import type { Scenario } from './scenarios/scenario.js';
import { World } from './scenarios/world.js';

/** What is run. */
export interface Run {
  readonly scenario: Scenario;
  readonly policy: SimulatedPolicy;
  readonly seed: number;
  readonly scale: Scale;
  readonly trace?: TraceWriter;
}

/** How often a run looks at its pods. */
const SAMPLES = 300;

/**
 * Runs a scenario from its first moment until its clients are closed.
 * @throws InvariantViolation
 */
export function runScenario({ scenario, policy, seed, scale, trace }: Run): RunResult {
  const engine = new Engine(seed, trace);
  const world = new World(engine, (place) => {
    const config = policy.config(place);
    return createPolicy(scenario.wrap?.(config, scale) ?? config);
  });
  scenario.build(world, scale);
  return runWorld(world, scale.durationMs);
}

/** Lets the world live for that time, its last calls end, and closes it. */
export function runWorld(world: World, durationMs: number): RunResult {
  const { engine } = world;
  const sampler = new PodSampler(engine, () => world.pods, durationMs / SAMPLES);
  sampler.start();
  engine.runUntil(durationMs);
  sampler.stop();
  world.stopArrivals();
  const deadlineMs = world.longestDeadlineMs;
  engine.runUntil(durationMs + deadlineMs);
  const result = new RunResult(world.recorder, world.pods, sampler.samples, { durationMs, deadlineMs });
  world.closeClients();
  return result;
}
