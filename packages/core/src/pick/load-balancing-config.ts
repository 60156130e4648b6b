import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { formatValue } from '../errors/format-value.js';
import { unknownField } from '../service-config/config-reader.js';
import type { BalancingPolicy, BalancingPolicyFactory, PolicySurroundings } from './balancing-policy.js';
import { requirePolicy } from './require-policy.js';

/** Of policies inside each other: nobody needs more, and a config that contains itself has no end. */
const MAX_DEPTH = 16;

/** The policy that a config chose. */
export interface ChosenPolicy {
  /** The standard name, also when the config used an alias. */
  readonly name: string;
  /** The JSON object of its entry: the same name with an equal one is the same policy. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Makes an instance for one pool. */
  readonly create: () => BalancingPolicy;
  /** One line for each field of its config, and of its children's, that is not known. */
  readonly warnings: readonly string[];
}

/**
 * Chooses the policy of a `loadBalancingConfig` list (gRFC A24): the first entry whose policy is supported counts, and
 * its config must be valid; there is no falling through to the next. The contents of other entries are not looked at.
 * Each entry is an object with exactly one key.
 *
 * @param path where the list stands, for messages.
 * @throws InvalidServiceConfigError
 */
export function parseLoadBalancingConfig(
  list: unknown,
  factories: readonly BalancingPolicyFactory[],
  path: string,
): ChosenPolicy {
  const chosen = readList(list, { factories, path, depth: 1 });
  return { ...chosen, config: cloneConfig(chosen.config, `${path}: ${chosen.name}`) };
}

/** A list inside a config, and how many policies are around it. */
interface ListPlace {
  readonly factories: readonly BalancingPolicyFactory[];
  readonly path: string;
  readonly depth: number;
}

function readList(list: unknown, place: ListPlace): ChosenPolicy {
  const { factories, path, depth } = place;
  if (depth > MAX_DEPTH) fail(`${path}: nested too deep (expected: at most ${MAX_DEPTH} policies inside each other)`);
  if (!Array.isArray(list)) fail(`${path}: ${formatValue(list)} (expected: a list of {"policy": {…}})`);
  const entries = requireEntries(list, path);
  const passedOver: string[] = [];
  for (const { name, config, path: entryPath } of entries) {
    const factory = factories.find((candidate) => candidate.names.includes(name));
    if (factory === undefined) {
      passedOver.push(`${entryPath}: policy not supported by this version of Fairlead, passed over`);
      continue;
    }
    const chosen = choose(factory, config, { ...place, path: entryPath });
    return passedOver.length === 0 ? chosen : { ...chosen, warnings: [...passedOver, ...chosen.warnings] };
  }
  const named = entries.map(({ name }) => name).join(', ') || 'nothing';
  const supported = factories.map((factory) => factory.names[0]).join(', ');
  fail(`${path}: ${named}: not supported by this version of Fairlead (expected: one of ${supported})`);
}

interface Entry {
  readonly name: string;
  readonly config: unknown;
  readonly path: string;
}

/** @throws InvalidServiceConfigError with a line for each that is none. */
function requireEntries(list: readonly unknown[], path: string): readonly Entry[] {
  const problems: string[] = [];
  const entries = list.flatMap((entry, index) => {
    const at = `${path}[${index}]`;
    const fields = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? Object.entries(entry) : [];
    const [field] = fields as [string, unknown][];
    if (field !== undefined && fields.length === 1) {
      return [{ name: field[0], config: field[1], path: `${at}.${field[0]}` }];
    }
    problems.push(`${at}: ${formatValue(entry)} (expected: an object with exactly one key, a policy)`);
    return [];
  });
  if (problems.length > 0) throw new InvalidServiceConfigError(problems);
  return entries;
}

function choose(factory: BalancingPolicyFactory, config: unknown, { factories, path, depth }: ListPlace): ChosenPolicy {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    fail(`${path}: ${formatValue(config)} (expected: an object)`);
  }
  const inside: string[] = [];
  const surroundings: PolicySurroundings = {
    child(list, childPath) {
      const { create, warnings } = readList(list, { factories, path: childPath, depth: depth + 1 });
      inside.push(...warnings);
      return create;
    },
    warn: (text) => inside.push(text),
  };
  try {
    const create: unknown = factory.create(config as Readonly<Record<string, unknown>>, path, surroundings);
    if (typeof create !== 'function') throw new InvalidOptionError(path, create, 'create() that makes a function');
    const { fields = Object.keys(config) } = factory;
    const unknown = Object.keys(config).filter((field) => !fields.includes(field));
    return {
      name: factory.names[0]!,
      config: config as Readonly<Record<string, unknown>>,
      create: () => requirePolicy((create as () => unknown)(), path),
      warnings: [...unknown.map((field) => unknownField(path, field, fields)), ...inside],
    };
  } catch (error) {
    if (error instanceof InvalidServiceConfigError) throw error;
    if (error instanceof InvalidOptionError) fail(error.message, error);
    fail(`${path}: ${error instanceof Error ? error.message : formatValue(error)}`, error);
  }
}

/** What the user may change later must not change what was chosen. */
function cloneConfig(config: ChosenPolicy['config'], path: string): ChosenPolicy['config'] {
  try {
    return structuredClone(config);
  } catch (error) {
    fail(`${path}: holds a function, or something else that is no JSON`, error);
  }
}

function fail(problem: string, cause?: unknown): never {
  throw new InvalidServiceConfigError([problem], cause === undefined ? undefined : { cause });
}
