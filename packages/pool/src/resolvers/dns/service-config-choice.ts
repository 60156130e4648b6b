import { formatValue, InvalidServiceConfigError } from '@fairlead/core';

/** Who is choosing. */
export interface ClientTraits {
  /** The name of this machine; in Kubernetes the pod's. */
  readonly hostname: string;
  /** 0 to 99, drawn once: a choice for n percent is for the clients below n. */
  readonly draw: number;
}

const ATTRIBUTE = 'grpc_config=';
const LANGUAGE = 'node';
const KEYS = ['clientLanguage', 'percentage', 'clientHostname', 'serviceConfig'];

type Choice = Readonly<Record<string, unknown>>;

/**
 * The service config for this client among the TXT records of `_grpc_config.<host>` (gRFC A2).
 *
 * Of records with the attribute `grpc_config=`, the rest is a JSON list of choices
 * `{clientLanguage, percentage, clientHostname, serviceConfig}`, and the first one counts whose conditions all hold. What
 * is absent, null or an empty list holds for all. The choices of several records are one list, in the order of the
 * records' texts, because the DNS has no order of records.
 *
 * @param records the strings of each record; one record is its strings put together.
 * @returns undefined for "no config returned": no such attribute, or no choice that is for this client.
 * @throws InvalidServiceConfigError where a record cannot be read: no JSON, an unknown key, a wrong type, a choice without
 * config, wherever in the list it stands. What is in the configs is looked at only once one is chosen, by their parser.
 */
export function chooseServiceConfig(
  records: readonly (readonly string[])[],
  client: ClientTraits,
): { readonly serviceConfig: unknown } | undefined {
  const texts = records.map((strings) => strings.join('')).filter((text) => text.startsWith(ATTRIBUTE));
  const problems: string[] = [];
  const choices = texts.sort().flatMap((text) => readChoices(text.slice(ATTRIBUTE.length), problems));
  choices.forEach((choice, index) => checkChoice(choice, `grpc_config[${index}]`, problems));
  if (problems.length > 0) throw new InvalidServiceConfigError(problems);
  const chosen = (choices as readonly Choice[]).find((choice) => isFor(choice, client));
  return chosen && { serviceConfig: chosen['serviceConfig'] };
}

function readChoices(text: string, problems: string[]): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
    problems.push(`grpc_config: ${formatValue(list)} (expected: a list of choices)`);
  } catch (error) {
    problems.push(`grpc_config: no JSON: ${(error as Error).message}`);
  }
  return [];
}

function checkChoice(choice: unknown, path: string, problems: string[]): void {
  if (!isObject(choice)) {
    problems.push(`${path}: ${formatValue(choice)} (expected: an object)`);
    return;
  }
  const expect = (key: string, expected: string, holds: (value: unknown) => boolean, required = false): void => {
    const value = choice[key];
    if ((value === undefined || value === null) && !required) return;
    if (!holds(value)) problems.push(`${path}.${key}: ${formatValue(value)} (expected: ${expected})`);
  };
  for (const key of Object.keys(choice)) {
    if (!KEYS.includes(key)) problems.push(`${path}.${key}: unknown (expected: one of ${KEYS.join(', ')})`);
  }
  expect('clientLanguage', 'a list of strings', isTextList);
  expect('clientHostname', 'a list of strings', isTextList);
  expect('percentage', 'an integer from 0 to 100', isPercentage);
  expect('serviceConfig', 'an object', isObject, true);
}

function isFor(choice: Choice, { hostname, draw }: ClientTraits): boolean {
  const languages = listOf(choice['clientLanguage']).map((language) => language.toLowerCase());
  const hostnames = listOf(choice['clientHostname']);
  const percentage = (choice['percentage'] ?? 100) as number;
  return (
    (languages.length === 0 || languages.includes(LANGUAGE)) &&
    (hostnames.length === 0 || hostnames.includes(hostname)) &&
    draw < percentage
  );
}

function listOf(value: unknown): readonly string[] {
  return (value ?? []) as readonly string[];
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isPercentage(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100;
}

function isObject(value: unknown): value is Choice {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
