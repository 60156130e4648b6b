import type { SlicePod } from './endpoint-slice.js';

/** Whether a slice says the same of a pod as before. By hand: it is asked for each pod of a slice at each change of it. */
export function samePod(a: SlicePod, b: SlicePod): boolean {
  return (
    a === b ||
    (a.uid === b.uid &&
      a.host === b.host &&
      a.ready === b.ready &&
      a.serving === b.serving &&
      a.terminating === b.terminating &&
      a.pod === b.pod &&
      a.node === b.node &&
      a.zone === b.zone &&
      sameNames(a.hints?.zones, b.hints?.zones) &&
      sameNames(a.hints?.nodes, b.hints?.nodes))
  );
}

/** Pods and their order. */
export function samePods(a: readonly SlicePod[], b: readonly SlicePod[]): boolean {
  return a.length === b.length && a.every((pod, index) => samePod(pod, b[index]!));
}

function sameNames(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
