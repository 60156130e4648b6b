import { describe, expect, test } from '@jest/globals';
import { Engine } from '../engine/engine.js';
import { Deployment } from './deployment.js';
import type { DeploymentOptions, PodTemplate } from './deployment-options.js';
import { EndpointFeed } from './endpoint-feed.js';
import { constant } from './service-time.js';

/** A deployment, and what two clients have been told of it: `[time, ids]`. */
function deploymentWith(options: Partial<DeploymentOptions>): {
  engine: Engine;
  deployment: Deployment;
  news: [number, readonly string[]][];
} {
  const engine = new Engine(3);
  const feed = new EndpointFeed(engine);
  const template = (): PodTemplate => ({ server: { serviceTime: constant(1) } });
  const deployment = new Deployment(engine, feed, { replicas: 4, template, readinessDelayMs: 1_000, ...options });
  const news: [number, readonly string[]][] = [];
  feed.subscribe('client-0', { minMs: 100, maxMs: 100 }, (endpoints) => {
    news.push([engine.now, endpoints.map(({ id }) => id)]);
  });
  return { engine, deployment, news };
}

describe('Deployment', () => {
  test('a rolling update keeps to maxSurge and maxUnavailable, one step for each pod that gets ready', () => {
    const { engine, deployment, news } = deploymentWith({ maxSurge: 1, maxUnavailable: 0 });
    deployment.rollOut();
    engine.runUntil(10_000);
    expect(news.map(([at, ids]) => [at, ids.length])).toEqual(
      [0, 1_100, 1_100, 2_100, 2_100, 3_100, 3_100, 4_100, 4_100].map((at, index) => [at, index % 2 === 1 ? 5 : 4]),
    );
    expect(news.at(-1)![1]).toEqual(['pod-4', 'pod-5', 'pod-6', 'pod-7']);
    expect(deployment.pods.slice(0, 4).map(({ lasted }) => lasted)).toEqual(new Array(4).fill(false));
  });

  test('a pod stops before its clients have heard of it: the race between endpoints and SIGTERM', () => {
    const { engine, deployment, news } = deploymentWith({ maxSurge: 0, maxUnavailable: 4 });
    deployment.rollOut();
    engine.runUntil(50);
    expect(deployment.pods.slice(0, 4).map(({ reception }) => reception)).toEqual(new Array(4).fill('refused'));
    expect(news).toEqual([[0, ['pod-0', 'pod-1', 'pod-2', 'pod-3']]]);
    engine.runUntil(150);
    expect(news.at(-1)).toEqual([100, []]);
  });

  test('preStopMs lets the news win', () => {
    const { engine, deployment, news } = deploymentWith({ preStopMs: 200 });
    deployment.scaleTo(3);
    engine.runUntil(150);
    expect(news.at(-1)).toEqual([100, ['pod-0', 'pod-1', 'pod-2']]);
    expect(deployment.pods[3]!.reception).toBe('accepted');
    engine.runUntil(200);
    expect(deployment.pods[3]!.reception).toBe('refused');
  });

  test('news that a later one has overtaken is dropped', () => {
    const engine = new Engine(3);
    const feed = new EndpointFeed(engine);
    const seen: number[] = [];
    feed.subscribe('client-0', { minMs: 0, maxMs: 1_000 }, (endpoints) => seen.push(endpoints.length));
    for (let version = 1; version <= 50; version++) feed.publish(new Array(version).fill(undefined));
    engine.runUntil(1_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(50);
    expect(seen.length).toBeLessThan(51);
  });
});
